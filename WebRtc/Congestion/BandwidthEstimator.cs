namespace Nsn.WebRtc.Congestion;

/// <summary>
/// The send-side estimate of what a viewer's link carries: delay-based with additive and multiplicative increase, and loss-based, the lower of both
/// (draft-ietf-rmcat-gcc-02). By itself it grows to at most twice what is being received; a probe lifts it further.
/// </summary>
/// <remarks>
/// A peer without transport-wide feedback is judged by its receiver reports alone, by the same rules as in libwebrtc: up by 8 % a second while less than 2 % are lost,
/// down by half of what is lost above 10 %, and never above the peer's own estimate (REMB), which it follows while nothing is lost.
/// </remarks>
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
    private TimeSpan? _lastReport;
    private bool _started;

    public BandwidthEstimator(long start, long max)
    {
        _max = max;
        _delayBased = _lossBased = start;
        _remb = max;
    }

    /// <summary>The estimate.</summary>
    public long BitsPerSecond => (long)Math.Clamp(Math.Min(_started ? Math.Min(_delayBased, _lossBased) : _lossBased, _remb), BitsPerSecondMin, _max);

    /// <summary>True once transport-wide feedback came; before it, and for a peer that sends none, receiver reports are all there is.</summary>
    public bool HasTransportFeedback => _started;

    /// <summary>What arrived at the peer over the last half second, bits per second.</summary>
    public long ReceivedBitsPerSecond { get; private set; }

    /// <summary>How often the estimate was lowered because of delay.</summary>
    public long DelayDecreases { get; private set; }

    /// <summary>True if a queue that grew, or loss where that is all that is known, has lowered the estimate since then.</summary>
    public bool WasLoweredSince(TimeSpan time) => _lastDecrease != TimeSpan.MinValue && _lastDecrease >= time;

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
    /// <param name="fraction">The fraction.</param>
    /// <param name="sentBitsPerSecond">What was sent since the report before; 0 if that is not known.</param>
    /// <param name="now">The time.</param>
    public void OnLoss(double fraction, long sentBitsPerSecond, TimeSpan now)
    {
        _fractionLost = fraction;
        if (!_started)
        {
            OnReportAlone(sentBitsPerSecond, now);
        }
        else if (fraction > 0.10)
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
    public void OnRemb(long bitsPerSecond)
    {
        _remb = Math.Max(BitsPerSecondMin, bitsPerSecond);
        if (!_started && _fractionLost < 0.02)
        {
            // The receiver sees the delay of each packet, and lets its estimate grow with what comes.
            _lossBased = Math.Min(_max, Math.Max(_lossBased, _remb));
        }
    }

    private void OnReportAlone(long sentBitsPerSecond, TimeSpan now)
    {
        double seconds = _lastReport is { } last ? Math.Clamp((now - last).TotalSeconds, 0, 1) : 0;
        _lastReport = now;
        ReceivedBitsPerSecond = (long)(sentBitsPerSecond * (1 - _fractionLost));
        if (_fractionLost > 0.10)
        {
            if (_lastDecrease == TimeSpan.MinValue || now - _lastDecrease > DecreaseInterval)
            {
                _lastDecrease = now;
                _lossBased = Math.Max(BitsPerSecondMin, Math.Min(_lossBased, _remb) * (1 - (0.5 * _fractionLost)));
            }
        }
        else if (_fractionLost < 0.02)
        {
            // That nothing is lost at a rate says little about ten times the rate; the next encoding of a simulcast takes up to five times as much.
            double limit = Math.Max(_lossBased, 6.0 * ReceivedBitsPerSecond);
            _lossBased = Math.Min(Math.Min(_max, limit), (_lossBased * Math.Pow(1.08, seconds)) + (1_000 * seconds));
        }

        _lossBased = Math.Min(_max, Math.Max(_lossBased, ReceivedBitsPerSecond));
    }

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
