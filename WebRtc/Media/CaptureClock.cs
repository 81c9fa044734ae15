namespace Nsn.WebRtc.Media;

/// <summary>
/// Says where the frames of one stream belong on our clock: by the peer's sender reports, which put all its streams on one clock (RFC 3550 section 6.4.1), or,
/// before the first one, by when the stream's own frames came.
/// </summary>
/// <param name="clockRate">The stream's RTP clock, hertz.</param>
/// <param name="wallClock">The peer's wall clock, which its streams share.</param>
internal sealed class CaptureClock(int clockRate, LeastDelay wallClock)
{
    private readonly LeastDelay _ownClock = new();
    private (uint Timestamp, long WallClock)? _report;
    private long _newest;

    /// <summary>A sender report says which RTP timestamp belongs to which time.</summary>
    public void NoteSenderReport(ulong ntpTime, uint timestamp)
    {
        // Zero is what a sender without a wall clock says.
        if (ntpTime != 0)
        {
            long ticks = ((long)(ntpTime >> 32) * TimeSpan.TicksPerSecond) + (long)(((ntpTime & 0xFFFF_FFFF) * (ulong)TimeSpan.TicksPerSecond) >> 32);
            _report = (timestamp, ticks);
        }
    }

    /// <summary>When the frame belongs.</summary>
    public TimeSpan Map(uint timestamp, TimeSpan receivedAt)
    {
        if (_report is { } report)
        {
            return wallClock.Map(report.WallClock + ToTicks((int)(timestamp - report.Timestamp)), receivedAt);
        }

        _newest += (int)(timestamp - (uint)_newest);
        return _ownClock.Map(ToTicks(_newest), receivedAt);
    }

    private long ToTicks(long ticksOfRtp) => (long)(ticksOfRtp * (double)TimeSpan.TicksPerSecond / clockRate);
}
