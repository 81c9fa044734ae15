namespace Nsn.WebRtc.Congestion;

/// <summary>
/// How long a player should hold frames back (the playout-delay extension): nothing on a clean link, and room for two rounds of retransmission once packets
/// were lost, so that a repeat comes before its frame is due. Lowered again after half a minute without loss.
/// </summary>
internal struct PlayoutDelay
{
    private static readonly TimeSpan Unit = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan Margin = TimeSpan.FromMilliseconds(60);
    private static readonly TimeSpan Max = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan QuietSpan = TimeSpan.FromSeconds(30);

    private TimeSpan _lastLoss;
    private bool _hadLoss;

    /// <summary>The least delay, in units of 10 ms.</summary>
    public int MinimumUnits { get; private set; }

    /// <summary>The peer asked for a repeat.</summary>
    public void NoteLoss(TimeSpan roundTripTime, TimeSpan now)
    {
        _hadLoss = true;
        _lastLoss = now;
        TimeSpan wanted = (2 * roundTripTime) + Margin;
        int units = (int)Math.Ceiling((wanted < Max ? wanted : Max) / Unit);
        MinimumUnits = Math.Max(MinimumUnits, units);
    }

    /// <summary>Time passes.</summary>
    public void Update(TimeSpan now)
    {
        if (_hadLoss && now - _lastLoss > QuietSpan)
        {
            _hadLoss = false;
            MinimumUnits = 0;
        }
    }
}
