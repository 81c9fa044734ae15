namespace Nsn.WebRtc.Congestion;

/// <summary>
/// A token bucket that spreads a burst over time: at most 40 ms worth of the rate at once, so that a key frame does not overrun the queue of a slow link, and
/// full batches still go out in one system call.
/// </summary>
internal struct Pacer
{
    private static readonly TimeSpan BurstMax = TimeSpan.FromMilliseconds(40);

    private TimeSpan _updated;
    private double _budgetBytes;
    private bool _started;

    /// <summary>Bits per second.</summary>
    public long BitsPerSecond { get; set; }

    /// <summary>True if a packet may go now.</summary>
    public bool CanSend(TimeSpan now)
    {
        double burst = BitsPerSecond / 8.0 * BurstMax.TotalSeconds;
        if (!_started)
        {
            _started = true;
            _budgetBytes = burst;
        }
        else
        {
            _budgetBytes = Math.Min(burst, _budgetBytes + ((now - _updated).TotalSeconds * BitsPerSecond / 8.0));
        }

        _updated = now;
        return _budgetBytes > 0;
    }

    /// <summary>Takes what was sent off the budget, which may go below zero by one packet.</summary>
    public void Sent(int bytes) => _budgetBytes -= bytes;

    /// <summary>When <see cref="CanSend"/> will be true again, a few packets later so that they can go together.</summary>
    public readonly TimeSpan NextTime(TimeSpan now) => now + TimeSpan.FromSeconds(Math.Max(0.002, (1 - _budgetBytes) * 8.0 / Math.Max(1, BitsPerSecond)));
}
