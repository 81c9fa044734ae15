namespace Nsn.WebRtc.Media;

/// <summary>
/// Puts the timestamps of a publisher's streams of one kind on one line: each RTP stream counts from a random number of its own, and a viewer that changes between
/// encodings needs one line without jumps. Also carries the line on when a publisher comes back with other numbers.
/// </summary>
internal sealed class EncodingTimeline(int clockRate)
{
    private readonly int _sameLineMax = clockRate / 10;
    private readonly int _jumpMin = 10 * clockRate;
    private readonly uint?[] _offsets = new uint?[Transport.MediaSource.EncodingsMax];
    private uint _newest;
    private TimeSpan _newestAt;
    private bool _started;

    /// <summary>The timestamp on the common line.</summary>
    /// <param name="encoding">Which stream.</param>
    /// <param name="timestamp">Its own timestamp.</param>
    /// <param name="capturedAt">Where the frame belongs on a clock that all streams share.</param>
    public uint Map(int encoding, uint timestamp, TimeSpan capturedAt)
    {
        uint expected = _started ? _newest + (uint)(long)((capturedAt - _newestAt).TotalSeconds * clockRate) : timestamp;
        if (_offsets[encoding] is not { } offset || Math.Abs((long)(int)(timestamp + offset - expected)) > _jumpMin)
        {
            offset = expected - timestamp;
            offset = Math.Abs((long)(int)offset) < _sameLineMax ? 0 : offset;
            _offsets[encoding] = offset;
        }

        uint mapped = timestamp + offset;
        if (!_started || (int)(mapped - _newest) > 0)
        {
            _started = true;
            _newest = mapped;
            _newestAt = capturedAt;
        }

        return mapped;
    }

    /// <summary>Another publisher: its streams are put on the line anew, whatever their numbers.</summary>
    public void Restart() => Array.Clear(_offsets);
}
