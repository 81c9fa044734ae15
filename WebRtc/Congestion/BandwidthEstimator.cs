namespace Nsn.WebRtc.Congestion;

/// <summary>
/// The send-side estimate of what a viewer's link carries: delay-based with additive and multiplicative increase, and loss-based, the lower of both
/// (draft-ietf-rmcat-gcc-02). By itself it grows to at most twice what is being received; a probe lifts it further.
/// </summary>
internal sealed class BandwidthEstimator
{
    private const long BitsPerSecondMin = 100_000;
    private static readonly TimeSpan RateWindow = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan DecreaseInterval = TimeSpan.FromMilliseconds(300);

    private readonly DelayTrend _trend = new();
    private readonly Queue<(TimeSpan At, int Bytes)> _received = new();
    private readonly long _max;
    private long _receivedBytes;
    private double _delayBased;
    private double _lossBased;
    private double _remb;
    private double _fractionLost;
    private TimeSpan _lastUpdate;
    private TimeSpan _lastDecrease = TimeSpan.MinValue;
    private bool _started;

    public BandwidthEstimator(long start, long max)
    {
        _max = max;
        _delayBased = _lossBased = start;
        _remb = max;
    }

    /// <summary>The estimate.</summary>
    public long BitsPerSecond => (long)Math.Clamp(Math.Min(Math.Min(_delayBased, _lossBased), _remb), BitsPerSecondMin, _max);

    /// <summary>What arrived at the peer over the last half second, bits per second.</summary>
    public long ReceivedBitsPerSecond { get; private set; }

    /// <summary>How often the estimate was lowered because of delay.</summary>
    public long DelayDecreases { get; private set; }

    /// <summary>Takes transport-wide feedback.</summary>
    public void OnFeedback(List<PacketResult> results, TimeSpan now)
    {
        foreach (PacketResult result in results)
        {
            if (result.ReceivedAt is { } receivedAt)
            {
                // A probe may well fill a queue for a moment; that says nothing about what is sent otherwise.
                if (result.Cluster == 0)
                {
                    _trend.Note(result.SentAt, receivedAt, now);
                }

                NoteReceived(receivedAt, result.Length);
            }
        }

        double seconds = _started ? Math.Min(1, (now - _lastUpdate).TotalSeconds) : 0;
        _started = true;
        _lastUpdate = now;
        switch (_trend.Usage)
        {
            case BandwidthUsage.Over when _lastDecrease == TimeSpan.MinValue || now - _lastDecrease > DecreaseInterval:
                _lastDecrease = now;
                DelayDecreases++;

                // Never below what demonstrably comes through: on a link that only jitters the estimate would sink step by step, and the pacer with it.
                _delayBased = Math.Max(BitsPerSecondMin, ReceivedBitsPerSecond > 0 ? Math.Min(_delayBased, 0.85 * ReceivedBitsPerSecond) : 0.85 * _delayBased);
                break;
            case BandwidthUsage.Normal:
                double limit = ReceivedBitsPerSecond > 0 ? Math.Max(_delayBased, 2.0 * ReceivedBitsPerSecond) : _delayBased;
                _delayBased = Math.Min(Math.Min(_max, limit), (_delayBased * Math.Pow(1.08, seconds)) + (20_000 * seconds));
                break;
        }
    }

    /// <summary>Takes the fraction of packets lost, 0 to 1, from a receiver report.</summary>
    public void OnLoss(double fraction)
    {
        _fractionLost = fraction;
        if (fraction > 0.10)
        {
            _lossBased = Math.Max(BitsPerSecondMin, Math.Min(_lossBased, _delayBased) * (1 - (0.5 * fraction)));
        }
        else if (fraction < 0.02)
        {
            _lossBased = Math.Min(_max, _lossBased * 1.08);
        }

        // What comes through is carried, whatever was lost beside it. Without this a burst of loss on a link that loses two per cent anyway would hold the
        // estimate down for good, and the pacer would starve a stream that the link carries.
        _lossBased = Math.Min(_max, Math.Max(_lossBased, ReceivedBitsPerSecond));
    }

    /// <summary>A probe showed what the link carries.</summary>
    public void OnProbe(long bitsPerSecond)
    {
        _delayBased = Math.Min(_max, Math.Max(_delayBased, bitsPerSecond));
        if (_fractionLost < 0.02)
        {
            _lossBased = Math.Min(_max, Math.Max(_lossBased, bitsPerSecond));
        }
    }

    /// <summary>Takes a receiver's own estimate (REMB), bits per second.</summary>
    public void OnRemb(long bitsPerSecond) => _remb = Math.Max(BitsPerSecondMin, bitsPerSecond);

    private void NoteReceived(TimeSpan at, int bytes)
    {
        _received.Enqueue((at, bytes));
        _receivedBytes += bytes;
        while (_received.TryPeek(out (TimeSpan At, int Bytes) oldest) && at - oldest.At > RateWindow)
        {
            _received.Dequeue();
            _receivedBytes -= oldest.Bytes;
        }

        if (_received.Count > 4_096)
        {
            _receivedBytes -= _received.Dequeue().Bytes;
        }

        TimeSpan span = at - _received.Peek().At;
        if (span > RateWindow * 0.5)
        {
            ReceivedBitsPerSecond = (long)(_receivedBytes * 8 / span.TotalSeconds);
        }
    }
}
