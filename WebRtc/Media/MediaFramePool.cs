namespace Nsn.WebRtc.Media;

/// <summary>
/// The frames of one source. A frame lives some seconds, in the group of pictures and in what each viewer may ask for again, and is used for another one then: a
/// channel that runs allocates nothing. Thread-safe.
/// </summary>
/// <remarks>A frame that somebody forgets to release is the collector's, and the pool makes another one.</remarks>
internal sealed class MediaFramePool
{
    /// <summary>Most frames that wait for use; more than a source has alive.</summary>
    private const int FreeMax = 1_024;

    private readonly Lock _lock = new();
    private readonly Stack<MediaFrame> _free = new();

    /// <summary>How many frame objects it had to make.</summary>
    public int Made { get; private set; }

    /// <summary>Frames that wait for use.</summary>
    public int Free
    {
        get
        {
            lock (_lock)
            {
                return _free.Count;
            }
        }
    }

    /// <summary>See <see cref="MediaFrame.Create"/>; the caller holds the frame and must release it.</summary>
    public MediaFrame Rent(MediaCodec codec, ReadOnlySpan<byte> frame, uint timestamp, bool isKeyFrame, int encoding = 0, TimeSpan captureTime = default)
    {
        MediaFrame.ThrowIfNoFrame(frame);
        MediaFrame? rented;
        lock (_lock)
        {
            if (!_free.TryPop(out rented))
            {
                Made++;
            }
        }

        rented ??= new MediaFrame(this);
        rented.Fill(codec, frame, timestamp, isKeyFrame, encoding, captureTime);
        return rented;
    }

    /// <summary>Nobody holds this frame any more.</summary>
    internal void Return(MediaFrame frame)
    {
        lock (_lock)
        {
            if (_free.Count < FreeMax)
            {
                _free.Push(frame);
            }
        }
    }
}
