namespace Nsn.WebRtc.Sctp;

/// <summary>Counters of one association since its start, and its present estimates.</summary>
public readonly record struct SctpStatistics
{
    /// <summary>Packets written.</summary>
    public long PacketsSent { get; init; }

    /// <summary>Packets taken.</summary>
    public long PacketsReceived { get; init; }

    /// <summary>Packets refused (see <see cref="SctpHandleResult"/>).</summary>
    public long PacketsDropped { get; init; }

    /// <summary>Payload bytes sent for the first time.</summary>
    public long BytesSent { get; init; }

    /// <summary>Payload bytes received, without duplicates.</summary>
    public long BytesReceived { get; init; }

    /// <summary>DATA chunks repeated.</summary>
    public long Retransmissions { get; init; }

    /// <summary>Expiries of the retransmission timer.</summary>
    public long RetransmissionTimeouts { get; init; }

    /// <summary>Messages given up under partial reliability.</summary>
    public long MessagesAbandoned { get; init; }

    /// <summary>DATA chunks received more than once.</summary>
    public long DuplicatesReceived { get; init; }

    /// <summary>DATA chunks refused because the receive window was full.</summary>
    public long ChunksRefused { get; init; }

    /// <summary>Congestion window in bytes.</summary>
    public int CongestionWindow { get; init; }

    /// <summary>Payload bytes in flight.</summary>
    public int BytesInFlight { get; init; }

    /// <summary>Receive window that the peer last announced, less what is in flight.</summary>
    public int PeerReceiveWindow { get; init; }

    /// <summary>Smoothed round-trip time; zero before the first sample.</summary>
    public TimeSpan RoundTripTime { get; init; }

    /// <summary>Present retransmission time-out.</summary>
    public TimeSpan RetransmissionTimeout { get; init; }
}
