namespace Nsn.WebRtc.Congestion;

/// <summary>
/// Tells from the spacing of packets whether a queue on the way grows: the slope of the accumulated delay over the last groups of packets, against a
/// threshold that adapts (Google congestion control, draft-ietf-rmcat-gcc-02, with its trend line filter).
/// </summary>
internal sealed class DelayTrend
{
    private const int Window = 20;
    private const double ThresholdUp = 0.0087;
    private const double ThresholdDown = 0.039;
    private static readonly TimeSpan GroupSpan = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan OveruseMin = TimeSpan.FromMilliseconds(10);

    private readonly Queue<(double X, double Y)> _samples = new();
    private Group _current;
    private Group _previous;
    private double _accumulated;
    private double _smoothed;
    private double _threshold = 12.5;
    private double _lastTrend;
    private int _deltas;
    private double _firstArrival = double.NaN;
    private TimeSpan _overusing;
    private TimeSpan _lastThresholdUpdate;

    /// <summary>What the last group said.</summary>
    public BandwidthUsage Usage { get; private set; }

    public void Note(TimeSpan sentAt, TimeSpan receivedAt, TimeSpan now)
    {
        if (!_current.IsStarted)
        {
            _current = new Group { IsStarted = true, FirstSent = sentAt, LastSent = sentAt, LastReceived = receivedAt };
            return;
        }

        if (sentAt - _current.FirstSent <= GroupSpan)
        {
            _current.LastSent = sentAt > _current.LastSent ? sentAt : _current.LastSent;
            _current.LastReceived = receivedAt > _current.LastReceived ? receivedAt : _current.LastReceived;
            return;
        }

        if (_previous.IsStarted)
        {
            double sendDelta = (_current.LastSent - _previous.LastSent).TotalMilliseconds;
            double receiveDelta = (_current.LastReceived - _previous.LastReceived).TotalMilliseconds;
            Update(receiveDelta - sendDelta, sendDelta, _current.LastReceived.TotalMilliseconds, now);
        }

        _previous = _current;
        _current = new Group { IsStarted = true, FirstSent = sentAt, LastSent = sentAt, LastReceived = receivedAt };
    }

    private void Update(double variation, double sendDelta, double arrival, TimeSpan now)
    {
        if (double.IsNaN(_firstArrival))
        {
            _firstArrival = arrival;
        }

        _deltas = Math.Min(_deltas + 1, 60);
        _accumulated += variation;
        _smoothed = (0.9 * _smoothed) + (0.1 * _accumulated);
        _samples.Enqueue((arrival - _firstArrival, _smoothed));
        if (_samples.Count > Window)
        {
            _samples.Dequeue();
        }

        double trend = _samples.Count == Window ? Slope() : 0;
        double modified = _deltas * trend * 4;
        Judge(modified, trend, sendDelta);
        AdaptThreshold(modified, now);
    }

    private void Judge(double modified, double trend, double sendDelta)
    {
        if (modified > _threshold)
        {
            _overusing += TimeSpan.FromMilliseconds(sendDelta);
            if (_overusing >= OveruseMin && trend >= _lastTrend)
            {
                Usage = BandwidthUsage.Over;
                _overusing = TimeSpan.Zero;
            }
        }
        else
        {
            _overusing = TimeSpan.Zero;
            Usage = modified < -_threshold ? BandwidthUsage.Under : BandwidthUsage.Normal;
        }

        _lastTrend = trend;
    }

    private void AdaptThreshold(double modified, TimeSpan now)
    {
        double size = Math.Abs(modified);
        double milliseconds = Math.Min(100, (now - _lastThresholdUpdate).TotalMilliseconds);
        _lastThresholdUpdate = now;
        if (size > _threshold + 15)
        {
            return;
        }

        double rate = size < _threshold ? ThresholdDown : ThresholdUp;
        _threshold = Math.Clamp(_threshold + (rate * (size - _threshold) * milliseconds), 6, 600);
    }

    private double Slope()
    {
        double meanX = 0;
        double meanY = 0;
        foreach ((double x, double y) in _samples)
        {
            meanX += x;
            meanY += y;
        }

        meanX /= _samples.Count;
        meanY /= _samples.Count;
        double numerator = 0;
        double denominator = 0;
        foreach ((double x, double y) in _samples)
        {
            numerator += (x - meanX) * (y - meanY);
            denominator += (x - meanX) * (x - meanX);
        }

        return denominator == 0 ? 0 : numerator / denominator;
    }

    private struct Group
    {
        public bool IsStarted;
        public TimeSpan FirstSent;
        public TimeSpan LastSent;
        public TimeSpan LastReceived;
    }
}
