using System.Buffers.Binary;

namespace Nsn.WebRtc.Sctp;

// Setting up (RFC 9260 sections 5.1 and 5.2) and taking down (section 9).
public sealed partial class SctpAssociation
{
    private byte[] _remoteCookie = [];
    private TimeSpan _handshakeDeadline = Never;
    private int _handshakeAttempts;
    private uint _peerTag;
    private bool _peerSupportsForwardTsn;
    private bool _peerSupportsReconfiguration;
    private int _outgoingStreamLimit = int.MaxValue;
    private int _incomingStreamLimit = int.MaxValue;
    private bool _cookieAckDue;

    private bool IsHandshaking => State is SctpState.Closed or SctpState.CookieWait or SctpState.CookieEchoed;

    private HandshakeParameters LocalParameters => new()
    {
        InitiateTag = _localTag,
        ReceiveWindow = (uint)_options.ReceiveWindow,
        OutboundStreams = (ushort)_options.MaxStreams,
        InboundStreams = (ushort)_options.MaxStreams,
        InitialTsn = _localInitialTsn,
        ZeroChecksum = _options.ZeroChecksum,
    };

    private void QueueInit() => QueueControl(LocalParameters.ToChunk(ChunkType.Init, [], []), 0, needsChecksum: true);

    private void OnInit(ReadOnlySpan<byte> value, TimeSpan now)
    {
        if (!HandshakeParameters.TryParse(value, out HandshakeParameters peer, out _))
            return;
        if (!IsHandshaking)
        {
            // A late copy of the INIT that made this association is answered again; another one means that the peer lost its state.
            if (peer.InitiateTag != _peerTag)
            {
                Fail(SctpCloseReason.PeerRestarted);
                return;
            }

            if (State == SctpState.ShutdownAckSent)
                return;
        }

        // The same tag and first number as in an INIT of our own (section 5.2.1), so that it does not matter whose handshake wins.
        byte[] cookie = StateCookie.Create(_cookieKey, _localTag, peer, now);
        HandshakeParameters answer = LocalParameters;
        int room = _options.MaxPacketSize - PacketWriter.HeaderLength - answer.ToChunk(ChunkType.InitAck, cookie, []).Length;
        byte[] unrecognized = HandshakeParameters.CollectUnrecognized(value, Math.Max(room, 0));
        QueueControl(answer.ToChunk(ChunkType.InitAck, cookie, unrecognized), peer.InitiateTag, needsChecksum: true);
    }

    private void OnInitAck(ReadOnlySpan<byte> value, TimeSpan now)
    {
        if (State != SctpState.CookieWait)
            return;
        if (!HandshakeParameters.TryParse(value, out HandshakeParameters peer, out ReadOnlySpan<byte> cookie) || cookie.IsEmpty
            || cookie.Length > _options.MaxPacketSize - PacketWriter.HeaderLength - 4)
            return;
        Adopt(peer);
        _remoteCookie = cookie.ToArray();
        State = SctpState.CookieEchoed;
        _handshakeAttempts = 0;
        _handshakeDeadline = now + _rto.Timeout;
        QueueCookieEcho();
    }

    private void OnCookieEcho(ReadOnlySpan<byte> value, TimeSpan now)
    {
        if (!StateCookie.TryOpen(_cookieKey, value, out uint localTag, out HandshakeParameters peer, out TimeSpan createdAt) || localTag != _localTag)
            return;
        if (!IsHandshaking)
        {
            // Our COOKIE ACK was lost (section 5.2.4, case D).
            if (peer.InitiateTag == _peerTag)
                _cookieAckDue = true;
            return;
        }

        if (now - createdAt > _options.CookieLifetime)
        {
            // Stale cookie (section 3.3.10.3), with how late it is in microseconds.
            byte[] error = [(byte)ChunkType.Error, 0, 0, 12, 0, 3, 0, 8, 0, 0, 0, 0];
            double late = (now - createdAt - _options.CookieLifetime).TotalMicroseconds;
            BinaryPrimitives.WriteUInt32BigEndian(error.AsSpan(8), (uint)Math.Min(late, uint.MaxValue));
            QueueControl(error, peer.InitiateTag);
            return;
        }

        Adopt(peer);
        _cookieAckDue = true;
        Establish(now);
    }

    private void OnCookieAck(TimeSpan now)
    {
        if (State == SctpState.CookieEchoed)
            Establish(now);
    }

    private void QueueCookieEcho()
    {
        byte[] chunk = new byte[4 + _remoteCookie.Length];
        chunk[0] = (byte)ChunkType.CookieEcho;
        BinaryPrimitives.WriteUInt16BigEndian(chunk.AsSpan(2), (ushort)chunk.Length);
        _remoteCookie.CopyTo(chunk, 4);
        QueueControl(chunk, _peerTag, needsChecksum: true);
    }

    private void Adopt(in HandshakeParameters peer)
    {
        _peerTag = peer.InitiateTag;
        _peerWindow = (int)Math.Min(peer.ReceiveWindow, int.MaxValue);
        _received = new ReceivedTsnSet(peer.InitialTsn - 1, _options.MaxReceiveGaps);
        _nextIncomingReconfig = peer.InitialTsn;
        _outgoingStreamLimit = Math.Min(_options.MaxStreams, peer.InboundStreams);
        _incomingStreamLimit = Math.Min(_options.MaxStreams, peer.OutboundStreams);
        _peerSupportsForwardTsn = peer.ForwardTsn;
        _peerSupportsReconfiguration = peer.Reconfiguration;
        SendsZeroChecksum = _options.ZeroChecksum && peer.ZeroChecksum;
    }

    private void Establish(TimeSpan now)
    {
        State = SctpState.Established;
        _handshakeDeadline = Never;
        _handshakeAttempts = 0;
        _errorCount = 0;
        ScheduleHeartbeat(now);
        Emit(SctpEventKind.Established);
        DropUnavailableStreams();
        if (_shutdownWanted)
        {
            _shutdownWanted = false;
            Shutdown(now);
        }
    }

    // T1-init, T1-cookie and T2-shutdown.
    private void OnHandshakeTimeout(TimeSpan now)
    {
        _handshakeAttempts++;
        bool settingUp = State is SctpState.CookieWait or SctpState.CookieEchoed;
        if (_handshakeAttempts > (settingUp ? _options.MaxInitRetransmissions : _options.MaxRetransmissions))
        {
            Fail(settingUp ? SctpCloseReason.HandshakeTimeout : SctpCloseReason.PeerUnreachable);
            return;
        }

        _rto.BackOff();
        _handshakeDeadline = now + _rto.Timeout;
        switch (State)
        {
            case SctpState.CookieWait:
                QueueInit();
                break;
            case SctpState.CookieEchoed:
                QueueCookieEcho();
                break;
            case SctpState.ShutdownSent:
                QueueShutdown();
                break;
            case SctpState.ShutdownAckSent:
                QueueControl([(byte)ChunkType.ShutdownAck, 0, 0, 4], _peerTag);
                break;
            default:
                _handshakeDeadline = Never;
                break;
        }
    }

    // Moves on once nothing waits and nothing is in flight.
    private void AdvanceShutdown(TimeSpan now)
    {
        if (State is not (SctpState.ShutdownPending or SctpState.ShutdownReceived) || _outstanding.Count > 0 || _queuedMessages > 0)
            return;

        // The peer's layer above hears of each stream first. Where it was the peer that said SHUTDOWN it does not need to.
        if (State == SctpState.ShutdownPending && (_reconfigChunk is not null || _resetWanted.Count > 0))
            return;
        if (State == SctpState.ShutdownPending)
        {
            State = SctpState.ShutdownSent;
            QueueShutdown();
        }
        else
        {
            State = SctpState.ShutdownAckSent;
            QueueControl([(byte)ChunkType.ShutdownAck, 0, 0, 4], _peerTag);
        }

        _handshakeAttempts = 0;
        _handshakeDeadline = now + _rto.Timeout;
        _heartbeatDeadline = Never;
    }

    private void QueueShutdown()
    {
        byte[] chunk = [(byte)ChunkType.Shutdown, 0, 0, 8, 0, 0, 0, 0];
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(4), _received.Cumulative);
        QueueControl(chunk, _peerTag);
    }

    private void OnShutdown(ReadOnlySpan<byte> value, TimeSpan now)
    {
        if (value.Length < 4 || IsHandshaking)
            return;
        OnCumulativeAcknowledgement(BinaryPrimitives.ReadUInt32BigEndian(value), now);
        switch (State)
        {
            case SctpState.Established or SctpState.ShutdownPending:
                State = SctpState.ShutdownReceived;
                AdvanceShutdown(now);
                break;
            case SctpState.ShutdownSent:
                // Both sides at once (section 9.2).
                State = SctpState.ShutdownAckSent;
                QueueControl([(byte)ChunkType.ShutdownAck, 0, 0, 4], _peerTag);
                _handshakeDeadline = now + _rto.Timeout;
                break;
        }
    }

    private void OnShutdownAck()
    {
        if (State is not (SctpState.ShutdownSent or SctpState.ShutdownAckSent))
            return;
        Close(SctpCloseReason.Shutdown);
        QueueControl([(byte)ChunkType.ShutdownComplete, 0, 0, 4], _peerTag);
    }

    private void OnShutdownComplete()
    {
        if (State == SctpState.ShutdownAckSent)
            Close(SctpCloseReason.Shutdown);
    }
}
