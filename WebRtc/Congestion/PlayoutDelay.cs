namespace Nsn.WebRtc.Congestion;

/// <summary>
/// How long a player should hold frames back (the playout-delay extension): a little on a clean link, so that the first loss finds some room, and enough
/// for two rounds of retransmission once packets were lost, so that a repeat comes before its frame is due. It grows slowly, because a player that is told
/// to wait longer stands still meanwhile, and falls back after half a minute without loss.
/// </summary>
internal struct PlayoutDelay
{
    private const double UnitsPerSecond = 10; // as fast as players follow by themselves: a tenth of a second each second
    private static readonly TimeSpan Unit = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan Margin = TimeSpan.FromMilliseconds(60);
    private static readonly TimeSpan QuietSpan = TimeSpan.FromSeconds(30);

    /// <summary>No player is asked for more.</summary>
    public static readonly TimeSpan Max = TimeSpan.FromMilliseconds(500);

    private readonly int _leastUnits;
    private int _wantedUnits;
    private double _units;
    private TimeSpan _lastLoss;
    private TimeSpan _updated;
    private bool _hadLoss;

    /// <param name="least">The delay on a clean link.</param>
    public PlayoutDelay(TimeSpan least)
    {
        _leastUnits = (int)Math.Ceiling((least < Max ? least : Max) / Unit);
        _units = _wantedUnits = _leastUnits;
    }

    /// <summary>The least delay, in units of 10 ms.</summary>
    public readonly int MinimumUnits => (int)_units;

    /// <summary>The peer asked for a repeat.</summary>
    /// <param name="roundTripTime">How long its request and the repeat take at most.</param>
    /// <param name="now">The time.</param>
    public void NoteLoss(TimeSpan roundTripTime, TimeSpan now)
    {
        Update(now);
        _hadLoss = true;
        _lastLoss = now;
        TimeSpan wanted = (2 * roundTripTime) + Margin;
        _wantedUnits = Math.Max(_wantedUnits, (int)Math.Ceiling((wanted < Max ? wanted : Max) / Unit));
    }

    /// <summary>Time passes.</summary>
    public void Update(TimeSpan now)
    {
        if (_hadLoss && now - _lastLoss > QuietSpan)
        {
            _hadLoss = false;
            _units = _wantedUnits = _leastUnits;
        }

        _units = Math.Min(_wantedUnits, _units + ((now - _updated).TotalSeconds * UnitsPerSecond));
        _updated = now;
    }
}
