namespace Nsn.WebRtc.Congestion;

/// <summary>
/// Measures whether the link carries more than is being sent: for 100 ms media and padding go out at the rate in question, and the spacing of their
/// arrival tells the rate at which they came through.
/// </summary>
internal sealed class BandwidthProbe
{
    private const int PacketsMin = 5;
    private const double Complete = 0.8;
    private static readonly TimeSpan Span = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private TimeSpan _started;
    private long _bitsPerSecond;
    private long _sentBytes;
    private int _sentPackets;
    private Edge _sent;
    private Edge _received;
    private int _receivedPackets;

    /// <summary>The number that the probe's packets are marked with, 1 to 255; unchanged until the next starts.</summary>
    public byte Cluster { get; private set; }

    /// <summary>True while packets are sent for it.</summary>
    public bool IsSending { get; private set; }

    /// <summary>True from the start until a result or the end of patience.</summary>
    public bool IsRunning { get; private set; }

    public void Start(long bitsPerSecond, TimeSpan now)
    {
        Cluster = (byte)(Cluster == byte.MaxValue ? 1 : Cluster + 1);
        IsSending = IsRunning = true;
        _started = now;
        _bitsPerSecond = bitsPerSecond;
        _sentBytes = 0;
        _sentPackets = _receivedPackets = 0;
        _sent = _received = default;
    }

    /// <summary>True if padding is due.</summary>
    public bool WantsPadding(TimeSpan now)
    {
        if (!IsSending)
        {
            return false;
        }

        TimeSpan elapsed = now - _started;
        if (elapsed >= Span && _sentPackets >= PacketsMin)
        {
            IsSending = false;
            return false;
        }

        TimeSpan due = elapsed < Span ? elapsed + TimeSpan.FromMilliseconds(5) : elapsed;
        return _sentBytes * 8 < _bitsPerSecond * due.TotalSeconds;
    }

    /// <summary>A packet of the probe was sent.</summary>
    public void NoteSent(int bytes)
    {
        _sentBytes += bytes;
        _sentPackets++;
    }

    /// <summary>When padding is due, or patience ends.</summary>
    public TimeSpan NextTime(TimeSpan now) => IsSending ? now + TimeSpan.FromMilliseconds(5) : IsRunning ? _started + Patience : TimeSpan.MaxValue;

    /// <summary>Feedback about a packet of this probe.</summary>
    public void NoteResult(in PacketResult result)
    {
        if (!IsRunning || result.ReceivedAt is not { } receivedAt)
        {
            return;
        }

        _receivedPackets++;
        _sent.Note(result.SentAt, result.Length);
        _received.Note(receivedAt, result.Length);
    }

    /// <summary>The rate that came through, once most of the packets are known to have arrived; gives up after a second.</summary>
    public bool TryFinish(TimeSpan now, out long bitsPerSecond)
    {
        bitsPerSecond = 0;
        if (!IsRunning || IsSending)
        {
            return false;
        }

        if (_receivedPackets < PacketsMin || _receivedPackets < _sentPackets * Complete)
        {
            IsRunning = now - _started < Patience;
            return false;
        }

        IsRunning = false;
        double sent = _sent.Rate(excludeFirst: false);
        double received = _received.Rate(excludeFirst: true);
        if (sent <= 0 || received <= 0)
        {
            return false;
        }

        // What arrives more slowly than it was sent has filled a queue: stay below.
        bitsPerSecond = (long)(received < 0.9 * sent ? 0.95 * received : Math.Min(sent, received));
        return true;
    }

    private struct Edge
    {
        private TimeSpan _first;
        private TimeSpan _last;
        private int _firstBytes;
        private int _lastBytes;
        private long _bytes;

        public void Note(TimeSpan at, int bytes)
        {
            if (_bytes == 0 || at < _first)
            {
                _first = at;
                _firstBytes = bytes;
            }

            if (_bytes == 0 || at >= _last)
            {
                _last = at;
                _lastBytes = bytes;
            }

            _bytes += bytes;
        }

        public readonly double Rate(bool excludeFirst)
        {
            double seconds = (_last - _first).TotalSeconds;
            return seconds < 0.001 ? 0 : (_bytes - (excludeFirst ? _firstBytes : _lastBytes)) * 8 / seconds;
        }
    }
}
