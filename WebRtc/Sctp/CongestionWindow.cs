namespace Nsn.WebRtc.Sctp;

/// <summary>
/// How many bytes may be in flight (RFC 9260 section 7.2): slow start, congestion avoidance, halving on loss, one packet after a time-out.
/// In slow start the window grows by what was acknowledged, however many packets one SACK covers: receivers that
/// acknowledge a whole batch at once would otherwise keep it small.
/// </summary>
internal sealed class CongestionWindow(SctpOptions options)
{
    private readonly int _packet = options.MaxPacketSize;
    private int _partialBytesAcknowledged;
    private uint _recoveryExit;

    /// <summary>Bytes that may be in flight.</summary>
    public int Size { get; private set; } = options.InitialWindowPackets * options.MaxPacketSize;

    /// <summary>Above this the window grows by one packet a round trip.</summary>
    public int SlowStartThreshold { get; private set; } = options.MaxCongestionWindow;

    /// <summary>Whether a loss is being repaired; further losses of the same window do not shrink it again.</summary>
    public bool InFastRecovery { get; private set; }

    /// <summary>The cumulative acknowledgement moved.</summary>
    public void OnAcknowledged(uint cumulativeTsn, int bytes, int flightBefore)
    {
        if (InFastRecovery && !Serial.Less(cumulativeTsn, _recoveryExit))
            InFastRecovery = false;
        // A window that was not used says nothing about the path.
        if (InFastRecovery || flightBefore + _packet <= Size)
            return;
        if (Size <= SlowStartThreshold)
        {
            Size = Math.Min(Size + bytes, options.MaxCongestionWindow);
            return;
        }

        _partialBytesAcknowledged += bytes;
        while (_partialBytesAcknowledged >= Size)
        {
            _partialBytesAcknowledged -= Size;
            Size = Math.Min(Size + _packet, options.MaxCongestionWindow);
        }
    }

    /// <summary>Later chunks were acknowledged three times while one stayed missing.</summary>
    public void OnFastRetransmit(uint highestOutstanding)
    {
        if (InFastRecovery)
            return;
        InFastRecovery = true;
        _recoveryExit = highestOutstanding;
        SlowStartThreshold = Math.Max(Size / 2, 4 * _packet);
        Size = SlowStartThreshold;
        _partialBytesAcknowledged = 0;
    }

    /// <summary>Nothing was acknowledged for a whole time-out.</summary>
    public void OnTimeout()
    {
        InFastRecovery = false;
        SlowStartThreshold = Math.Max(Size / 2, 4 * _packet);
        Size = _packet;
        _partialBytesAcknowledged = 0;
    }
}
