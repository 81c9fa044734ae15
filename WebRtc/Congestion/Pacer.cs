namespace Nsn.WebRtc.Congestion;

/// <summary>
/// A token bucket that spreads a burst over time: so much of the rate goes at once and no more. For media that is 40 ms, so that a key frame does not overrun the
/// queue of a slow link, and full batches still go out in one system call.
/// </summary>
/// <param name="burst">The time whose worth of the rate may go at once.</param>
internal struct Pacer(TimeSpan burst)
{
    private TimeSpan _updated;
    private double _budgetBytes;
    private bool _started;

    /// <summary>Bits per second.</summary>
    public long BitsPerSecond { get; set; }

    /// <summary>True if a packet may go now.</summary>
    public bool CanSend(TimeSpan now)
    {
        double burstBytes = BitsPerSecond / 8.0 * burst.TotalSeconds;
        if (!_started)
        {
            _started = true;
            _budgetBytes = burstBytes;
        }
        else
        {
            _budgetBytes = Math.Min(burstBytes, _budgetBytes + ((now - _updated).TotalSeconds * BitsPerSecond / 8.0));
        }

        _updated = now;
        return _budgetBytes > 0;
    }

    /// <summary>Takes what was sent off the budget, which may go below zero by one packet.</summary>
    public void Sent(int bytes) => _budgetBytes -= bytes;

    /// <summary>When <see cref="CanSend"/> will be true again, a few packets later so that they can go together.</summary>
    public readonly TimeSpan NextTime(TimeSpan now) => now + TimeSpan.FromSeconds(Math.Max(0.002, (1 - _budgetBytes) * 8.0 / Math.Max(1, BitsPerSecond)));
}
