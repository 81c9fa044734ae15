namespace Nsn.WebRtc.Media;

/// <summary>
/// Translates times of a peer's clock to ours by the packets that took the least time: what comes late, because it waited or was repeated, belongs where it would
/// have been without.
/// </summary>
internal sealed class LeastDelay
{
    /// <summary>Clocks of computers drift apart by less.</summary>
    private const double DriftMax = 0.000_25;

    private static readonly long JumpMin = TimeSpan.FromSeconds(1).Ticks;

    private long _offset;
    private TimeSpan _notedAt;
    private bool _started;

    /// <summary>Where a moment of the peer's clock belongs on ours.</summary>
    /// <param name="remote">The moment, in ticks of <see cref="TimeSpan"/>; zero is any.</param>
    /// <param name="receivedAt">When we heard of it.</param>
    public TimeSpan Map(long remote, TimeSpan receivedAt)
    {
        long offset = receivedAt.Ticks - remote;
        if (!_started || Math.Abs(offset - _offset) > JumpMin)
        {
            // The first one, or a clock that was set. After a long wait the next one that did not wait puts it right.
            _started = true;
            _offset = offset;
            _notedAt = receivedAt;
        }
        else
        {
            if (receivedAt > _notedAt)
            {
                _offset += (long)((receivedAt - _notedAt).Ticks * DriftMax);
                _notedAt = receivedAt;
            }

            _offset = Math.Min(_offset, offset);
        }

        return TimeSpan.FromTicks(remote + _offset);
    }
}
