namespace Nsn.WebRtc.Media;

/// <summary>
/// Puts the timestamps of a publisher's encodings on one line: each RTP stream counts from a random number of its own, and a viewer that changes between them
/// needs one line without jumps. Also carries the line on when a publisher comes back with other numbers.
/// </summary>
internal sealed class EncodingTimeline
{
    private const int ClockRate = 90_000;
    private const int SameLineMax = ClockRate / 10;
    private const int JumpMin = 10 * ClockRate;

    private readonly uint?[] _offsets = new uint?[Transport.MediaSource.EncodingsMax];
    private uint _newest;
    private TimeSpan _newestAt;
    private bool _started;

    /// <summary>The timestamp on the common line.</summary>
    public uint Map(int encoding, uint timestamp, TimeSpan receivedAt)
    {
        uint expected = _started ? _newest + (uint)(long)((receivedAt - _newestAt).TotalSeconds * ClockRate) : timestamp;
        if (_offsets[encoding] is not { } offset || Math.Abs((long)(int)(timestamp + offset - expected)) > JumpMin)
        {
            offset = expected - timestamp;
            offset = Math.Abs((long)(int)offset) < SameLineMax ? 0 : offset;
            _offsets[encoding] = offset;
        }

        uint mapped = timestamp + offset;
        if (!_started || (int)(mapped - _newest) > 0)
        {
            _started = true;
            _newest = mapped;
            _newestAt = receivedAt;
        }

        return mapped;
    }
}
