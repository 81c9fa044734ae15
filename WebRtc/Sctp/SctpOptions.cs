namespace Nsn.WebRtc.Sctp;

/// <summary>Settings of one association. Sizes are bytes. Everything that a peer could make grow has a limit here.</summary>
public sealed class SctpOptions
{
    /// <summary>Our port, from <c>a=sctp-port</c> (5000 in practice; it means nothing inside DTLS but must match).</summary>
    public int LocalPort { get; init; } = 5000;

    /// <summary>The peer's port, from its <c>a=sctp-port</c>.</summary>
    public int RemotePort { get; init; } = 5000;

    /// <summary>Largest packet that we send, without DTLS and UDP (there is no path MTU discovery). A multiple of 4, 508 to 8,192.</summary>
    public int MaxPacketSize { get; init; } = 1160;

    /// <summary>Bytes that may wait in reassembly, in ordering and in unread events before the peer is told to stop.</summary>
    public int ReceiveWindow { get; init; } = 2 * 1024 * 1024;

    /// <summary>Largest message accepted from the peer (<c>a=max-message-size</c> that we announce). A larger one ends the association.</summary>
    public int MaxMessageSize { get; init; } = 256 * 1024;

    /// <summary>Largest message that the peer accepts (its <c>a=max-message-size</c>; 65,536 where it says nothing, RFC 8841).</summary>
    public int RemoteMaxMessageSize { get; init; } = 256 * 1024;

    /// <summary>Bytes that may wait to be sent for the first time, all streams together; more is refused with <see cref="SctpSendResult.BufferFull"/>.</summary>
    public int SendBufferSize { get; init; } = 8 * 1024 * 1024;

    /// <summary>Messages that may wait to be sent, all streams together.</summary>
    public int MaxQueuedMessages { get; init; } = 16_384;

    /// <summary>Streams in each direction that we offer and accept.</summary>
    public int MaxStreams { get; init; } = 1024;

    /// <summary>Packets in the first congestion window (RFC 6928 chose ten for TCP; browsers use the same here).</summary>
    public int InitialWindowPackets { get; init; } = 10;

    /// <summary>The congestion window never grows past this.</summary>
    public int MaxCongestionWindow { get; init; } = 4 * 1024 * 1024;

    /// <summary>Chunks that may be in flight at once (gap reports count in 16 bits).</summary>
    public int MaxOutstandingChunks { get; init; } = 16_384;

    /// <summary>Ranges that the set of received sequence numbers may have; a chunk that would open another one is dropped.</summary>
    public int MaxReceiveGaps { get; init; } = 1024;

    /// <summary>Retransmission time-out before the first round-trip sample.</summary>
    public TimeSpan RtoInitial { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Lower bound of the retransmission time-out; browsers delay acknowledgements by up to 200 ms.</summary>
    public TimeSpan RtoMin { get; init; } = TimeSpan.FromMilliseconds(400);

    /// <summary>Upper bound of the retransmission time-out.</summary>
    public TimeSpan RtoMax { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long an acknowledgement of a single packet may wait for a second one.</summary>
    public TimeSpan AcknowledgementDelay { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>Silence after which the peer is asked whether it is there; zero for never.</summary>
    public TimeSpan HeartbeatInterval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Time-outs in a row after which the association counts as lost.</summary>
    public int MaxRetransmissions { get; init; } = 10;

    /// <summary>INIT or COOKIE ECHO repetitions after which the handshake counts as failed.</summary>
    public int MaxInitRetransmissions { get; init; } = 8;

    /// <summary>How long a state cookie is good.</summary>
    public TimeSpan CookieLifetime { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Leaves checksums zero where the peer takes that too: DTLS authenticates every packet anyway (RFC 9653).</summary>
    public bool ZeroChecksum { get; init; } = true;

    /// <summary>Throws where a value is out of its bounds.</summary>
    internal void Validate()
    {
        Check(LocalPort is > 0 and <= 65535, nameof(LocalPort));
        Check(RemotePort is > 0 and <= 65535, nameof(RemotePort));
        Check(MaxPacketSize is >= 508 and <= 8192 && MaxPacketSize % 4 == 0, nameof(MaxPacketSize));
        Check(MaxMessageSize is >= 1, nameof(MaxMessageSize));
        Check(RemoteMaxMessageSize is >= 1, nameof(RemoteMaxMessageSize));
        Check(ReceiveWindow >= MaxMessageSize && ReceiveWindow >= 4096, nameof(ReceiveWindow));
        Check(SendBufferSize >= 1, nameof(SendBufferSize));
        Check(MaxQueuedMessages >= 1, nameof(MaxQueuedMessages));
        Check(MaxStreams is >= 1 and <= 65535, nameof(MaxStreams));
        Check(InitialWindowPackets >= 1, nameof(InitialWindowPackets));
        Check(MaxCongestionWindow >= InitialWindowPackets * MaxPacketSize, nameof(MaxCongestionWindow));
        Check(MaxOutstandingChunks is >= 16 and <= 32768, nameof(MaxOutstandingChunks));
        Check(MaxReceiveGaps >= 1, nameof(MaxReceiveGaps));
        Check(RtoMin > TimeSpan.Zero && RtoMin <= RtoInitial && RtoInitial <= RtoMax, nameof(RtoInitial));
        Check(AcknowledgementDelay >= TimeSpan.Zero && AcknowledgementDelay <= TimeSpan.FromMilliseconds(500), nameof(AcknowledgementDelay));
        Check(HeartbeatInterval >= TimeSpan.Zero, nameof(HeartbeatInterval));
        Check(MaxRetransmissions >= 1 && MaxInitRetransmissions >= 1, nameof(MaxRetransmissions));
        Check(CookieLifetime > TimeSpan.Zero, nameof(CookieLifetime));
    }

    private static void Check(bool good, string name)
    {
        if (!good)
            throw new ArgumentOutOfRangeException(name, $"SctpOptions.{name} is out of its bounds.");
    }
}
