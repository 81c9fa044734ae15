using System.Buffers.Binary;

namespace Nsn.WebRtc.Rtp;

/// <summary>Counts what came of one source, for receiver reports (RFC 3550 section 6.4.1, appendix A).</summary>
internal sealed class ReceptionStatistics(int clockRate)
{
    private ulong _first;
    private long _expectedPrior;
    private long _receivedPrior;
    private double _jitter;
    private long _lastTransit;
    private bool _started;
    private uint _lastSenderReport;
    private TimeSpan _lastSenderReportAt;

    public ulong Highest { get; private set; }

    public long Received { get; private set; }

    public long Lost => _started ? Math.Max(0, (long)(Highest - _first) + 1 - Received) : 0;

    public TimeSpan Jitter => TimeSpan.FromSeconds(_jitter / clockRate);

    public void Note(ulong index, uint timestamp, TimeSpan now)
    {
        Received++;
        long transit = (now.Ticks * clockRate / TimeSpan.TicksPerSecond) - timestamp;
        if (!_started)
        {
            _started = true;
            _first = Highest = index;
            _lastTransit = transit;
            return;
        }

        Highest = Math.Max(Highest, index);
        long difference = Math.Abs((long)(int)(transit - _lastTransit));
        _lastTransit = transit;

        // A jump of the time line is no jitter.
        if (difference < clockRate * 2)
        {
            _jitter += (difference - _jitter) / 16;
        }
    }

    public void NoteSenderReport(ulong ntpTime, TimeSpan now)
    {
        _lastSenderReport = (uint)(ntpTime >> 16);
        _lastSenderReportAt = now;
    }

    /// <summary>Writes a report block of 24 bytes.</summary>
    public void WriteBlock(Span<byte> block, uint ssrc, TimeSpan now)
    {
        long expected = _started ? (long)(Highest - _first) + 1 : 0;
        long expectedInterval = expected - _expectedPrior;
        long lostInterval = expectedInterval - (Received - _receivedPrior);
        _expectedPrior = expected;
        _receivedPrior = Received;
        int fraction = expectedInterval <= 0 || lostInterval <= 0 ? 0 : (int)Math.Min(255, (lostInterval << 8) / expectedInterval);
        BinaryPrimitives.WriteUInt32BigEndian(block, ssrc);
        BinaryPrimitives.WriteInt32BigEndian(block[4..], (int)Math.Min(Lost, 0x7F_FFFF));
        block[4] = (byte)fraction;
        BinaryPrimitives.WriteUInt32BigEndian(block[8..], (uint)Highest);
        BinaryPrimitives.WriteUInt32BigEndian(block[12..], (uint)_jitter);
        BinaryPrimitives.WriteUInt32BigEndian(block[16..], _lastSenderReport);
        uint delay = _lastSenderReport == 0 ? 0 : (uint)((now - _lastSenderReportAt).TotalSeconds * 65_536);
        BinaryPrimitives.WriteUInt32BigEndian(block[20..], delay);
    }
}
