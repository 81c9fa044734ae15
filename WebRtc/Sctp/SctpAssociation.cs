using System.Buffers;
using System.Buffers.Binary;

namespace Nsn.WebRtc.Sctp;

/// <summary>
/// An SCTP association over DTLS (RFC 9260 as RFC 8831 uses it) without socket, thread or clock: give it packets with
/// <see cref="Handle"/> and time with <see cref="HandleTimeout"/>, then drain <see cref="TryPollPacket"/> and
/// <see cref="TryPollEvent"/> and come back at <see cref="NextDeadline"/> or with the next packet.
/// </summary>
/// <remarks>
/// Times are any monotonic clock's distance from an origin of the owner's choice. Not thread-safe: one caller at a time.
/// Done: both ways of setting up (and both at once), fragments, ordered and unordered, partial reliability (RFC 3758), SACK with
/// gaps, congestion control, zero-window probing, heartbeats, stream reset (RFC 6525), shutdown, zero checksum (RFC 9653).
/// Not done: message interleaving (RFC 8260), multihoming, path MTU discovery, ECN, restart of an association inside one DTLS session.
/// </remarks>
public sealed partial class SctpAssociation : IDisposable
{
    private static readonly TimeSpan Never = TimeSpan.MaxValue;

    private readonly SctpOptions _options;
    private readonly Queue<SctpEvent> _events = new();
    private readonly uint _localTag;
    private readonly uint _localInitialTsn;
    private readonly byte[] _cookieKey = new byte[32];
    private readonly RetransmissionTimer _rto;
    private byte[]? _lentBuffer;
    private int _readyBytes;
    private int _errorCount;
    private bool _shutdownWanted;
    private bool _disposed;

    // Counters behind Statistics.
    private long _packetsSent, _packetsReceived, _packetsDropped, _bytesSent, _bytesReceived;
    private long _retransmissions, _timeouts, _abandoned, _duplicates, _refused;

    /// <summary>An association that waits for the peer's INIT until <see cref="Connect"/> is called.</summary>
    /// <param name="options">Settings.</param>
    /// <param name="fillRandom">Source of randomness, <c>RandomNumberGenerator.Fill</c> outside of tests.</param>
    public SctpAssociation(SctpOptions options, Action<Span<byte>> fillRandom)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(fillRandom);
        options.Validate();
        _options = options;
        fillRandom(_cookieKey);
        Span<byte> random = stackalloc byte[8];
        fillRandom(random);
        _localTag = Math.Max(1, BinaryPrimitives.ReadUInt32LittleEndian(random));
        _localInitialTsn = BinaryPrimitives.ReadUInt32LittleEndian(random[4..]);
        _rto = new RetransmissionTimer(options);
        _window = new CongestionWindow(options);
        _outstanding = new OutstandingChunks(_localInitialTsn);
        _reassembler = new Reassembler(options.MaxMessageSize);
        _received = new ReceivedTsnSet(0, options.MaxReceiveGaps);
        _nextReconfigRequest = _localInitialTsn;
        _advancedAckPoint = _localInitialTsn - 1;
    }

    /// <summary>Where in its life the association is.</summary>
    public SctpState State { get; private set; }

    /// <summary>Why it ended, once it has.</summary>
    public SctpCloseReason CloseReason { get; private set; }

    /// <summary>When <see cref="HandleTimeout"/> is due; <see cref="TimeSpan.MaxValue"/> for not at all.</summary>
    public TimeSpan NextDeadline
    {
        get
        {
            TimeSpan next = _handshakeDeadline;
            if (_retransmitDeadline < next)
                next = _retransmitDeadline;
            if (_sackDeadline < next)
                next = _sackDeadline;
            if (_reconfigDeadline < next)
                next = _reconfigDeadline;
            if (_heartbeatDeadline < next)
                next = _heartbeatDeadline;
            return next;
        }
    }

    /// <summary>Whether packets go out without checksum.</summary>
    public bool SendsZeroChecksum { get; private set; }

    /// <summary>Counters and estimates.</summary>
    public SctpStatistics Statistics => new()
    {
        PacketsSent = _packetsSent,
        PacketsReceived = _packetsReceived,
        PacketsDropped = _packetsDropped,
        BytesSent = _bytesSent,
        BytesReceived = _bytesReceived,
        Retransmissions = _retransmissions,
        RetransmissionTimeouts = _timeouts,
        MessagesAbandoned = _abandoned,
        DuplicatesReceived = _duplicates,
        ChunksRefused = _refused,
        CongestionWindow = _window.Size,
        BytesInFlight = _flightBytes,
        PeerReceiveWindow = _peerWindow,
        RoundTripTime = _rto.Smoothed,
        RetransmissionTimeout = _rto.Timeout,
    };

    /// <summary>Starts the handshake from our side. Both sides may do so at once.</summary>
    public void Connect(TimeSpan now)
    {
        if (State != SctpState.Closed || CloseReason != SctpCloseReason.None)
            return;
        State = SctpState.CookieWait;
        _handshakeDeadline = now + _rto.Timeout;
        QueueInit();
    }

    /// <summary>
    /// Ends the association once everything that was accepted for sending is delivered and streams that are being reset are. Nothing more can be sent from now on.
    /// </summary>
    public void Shutdown(TimeSpan now)
    {
        switch (State)
        {
            case SctpState.Established:
                State = SctpState.ShutdownPending;
                AdvanceShutdown(now);
                break;
            case SctpState.CookieWait or SctpState.CookieEchoed when _queuedMessages > 0:
                // What waits goes out once the peer has agreed to the association.
                _shutdownWanted = true;
                break;
            case SctpState.Closed or SctpState.CookieWait or SctpState.CookieEchoed:
                Close(SctpCloseReason.Shutdown);
                break;
        }
    }

    /// <summary>Ends the association at once; what was not delivered is lost.</summary>
    public void Abort()
    {
        if (CloseReason == SctpCloseReason.None)
            Fail(SctpCloseReason.LocalAbort);
    }

    /// <summary>The next event, oldest first. A message's bytes are good until the next call.</summary>
    public bool TryPollEvent(out SctpEvent next)
    {
        ReturnLentBuffer();
        if (!_events.TryDequeue(out next))
            return false;
        if (next.Kind == SctpEventKind.Message)
        {
            _lentBuffer = next.Buffer;
            bool wasTight = IsReceiveWindowTight;
            _readyBytes -= next.Charge;
            // A peer that was told to stop must hear that it may go on.
            if (wasTight && !IsReceiveWindowTight)
                _sackNow = true;
        }
        else if (next.Kind == SctpEventKind.BufferedAmountLow)
        {
            _lowAnnounced.Remove(next.StreamId);
        }
        else if (next.Kind == SctpEventKind.IncomingStreamReset)
        {
            _resetAnnounced.Remove(next.StreamId);
        }

        return true;
    }

    /// <summary>True if <see cref="TryPollEvent"/> has something.</summary>
    internal bool HasEvents => _events.Count > 0;

    /// <summary>Gives pooled memory back. The association is of no use afterwards.</summary>
    public void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        if (CloseReason == SctpCloseReason.None)
            Close(SctpCloseReason.LocalAbort);
        ReturnLentBuffer();
        while (_events.TryDequeue(out SctpEvent rest))
        {
            if (rest.Buffer is not null)
                ArrayPool<byte>.Shared.Return(rest.Buffer);
        }
    }

    private void Emit(SctpEventKind kind, ushort streamId = 0) => _events.Enqueue(new SctpEvent { Kind = kind, StreamId = streamId });

    private void ReturnLentBuffer()
    {
        if (_lentBuffer is null)
            return;
        ArrayPool<byte>.Shared.Return(_lentBuffer);
        _lentBuffer = null;
    }

    // Tells the peer, too.
    private void Fail(SctpCloseReason reason)
    {
        if (CloseReason != SctpCloseReason.None)
            return;
        bool peerKnown = _peerTag != 0;
        Close(reason);
        if (peerKnown)
            QueueControl([(byte)ChunkType.Abort, 0, 0, 4], _peerTag);
    }

    private void Close(SctpCloseReason reason)
    {
        if (CloseReason != SctpCloseReason.None)
            return;
        State = SctpState.Closed;
        CloseReason = reason;
        _handshakeDeadline = _retransmitDeadline = _sackDeadline = _reconfigDeadline = _heartbeatDeadline = Never;
        _sackNow = _sackPending = _forwardTsnDue = _cookieAckDue = false;
        _control.Clear();
        ReleaseOutgoing();
        _reassembler.Dispose();
        foreach (IncomingStream stream in _incoming.Values)
        {
            if (stream.Early is null)
                continue;
            foreach (CompleteMessage message in stream.Early.Values)
                ArrayPool<byte>.Shared.Return(message.Buffer);
        }

        _incoming.Clear();
        _lastIncoming = null;
        _events.Enqueue(new SctpEvent { Kind = SctpEventKind.Closed, CloseReason = reason });
    }
}
