namespace Nsn.WebRtc.Media;

/// <summary>
/// Puts the RTP timestamps of a source's tracks on one time line, so that players can align sound and picture. Timestamp zero of all tracks is the same
/// moment; a jump of more than a second against the clock starts a new line.
/// </summary>
internal sealed class MediaTimeline
{
    private static readonly TimeSpan JumpMin = TimeSpan.FromSeconds(1);

    private readonly Dictionary<int, Unwrapped> _tracks = [];
    private TimeSpan? _base;

    /// <summary>When a timestamp belongs, on the monotonic clock.</summary>
    public TimeSpan Map(int clockRate, uint timestamp, TimeSpan now)
    {
        long extended = timestamp;
        if (_tracks.TryGetValue(clockRate, out Unwrapped last))
        {
            extended = last.Value + (int)(timestamp - (uint)last.Value);
        }

        _tracks[clockRate] = new Unwrapped(extended);
        TimeSpan media = TimeSpan.FromSeconds(extended / (double)clockRate);
        if (_base is null || (now - (_base.Value + media)).Duration() > JumpMin)
        {
            _base = now - media;
        }

        return _base.Value + media;
    }

    private readonly record struct Unwrapped(long Value);
}
