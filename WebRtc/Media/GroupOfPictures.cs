namespace Nsn.WebRtc.Media;

/// <summary>
/// The frames since the last key frame of one encoding, held so that a join does not wait for the next key frame. Bounded.
/// </summary>
internal sealed class GroupOfPictures
{
    private const int FramesMax = 600;
    private const int BytesMax = 8 * 1_024 * 1_024;

    private readonly List<MediaFrame> _frames = [];
    private int _bytes;

    public void Add(MediaFrame frame)
    {
        if (frame.IsKeyFrame)
        {
            Clear();
        }
        else if (_frames.Count == 0)
        {
            return;
        }

        if (_frames.Count == FramesMax || _bytes + frame.Length > BytesMax)
        {
            // A group this long is no help to a join: wait for the next key frame.
            Clear();
            return;
        }

        frame.Hold();
        _frames.Add(frame);
        _bytes += frame.Length;
    }

    /// <summary>The frames, good until the next one is added.</summary>
    public IReadOnlyList<MediaFrame> Frames => _frames;

    /// <summary>How much of the stream it is; a join has to run through all of it.</summary>
    public TimeSpan Length => _frames.Count == 0
        ? TimeSpan.Zero
        : TimeSpan.FromSeconds((uint)(_frames[^1].Timestamp - _frames[0].Timestamp) / (double)_frames[0].Codec.ClockRate());

    private void Clear()
    {
        foreach (MediaFrame frame in _frames)
        {
            frame.Release();
        }

        _frames.Clear();
        _bytes = 0;
    }
}
