using System.Buffers.Binary;

namespace Nsn.WebRtc.Sctp;

// Packets and time coming in.
public sealed partial class SctpAssociation
{
    private TimeSpan _heartbeatDeadline = Never;
    private bool _heartbeatUnanswered;

    /// <summary>Takes one packet (the payload of one DTLS record). Never throws for what is in it.</summary>
    public SctpHandleResult Handle(ReadOnlySpan<byte> packet, TimeSpan now)
    {
        SctpHandleResult result = Examine(packet, out bool reflectedTag);
        if (result != SctpHandleResult.Handled)
        {
            _packetsDropped++;
            return result;
        }

        _packetsReceived++;
        var reader = new ChunkReader(packet[PacketWriter.HeaderLength..]);
        bool isTagless = BinaryPrimitives.ReadUInt32BigEndian(packet[4..]) == 0, first = true, data = false;
        while (CloseReason == SctpCloseReason.None && reader.TryReadChunk(out ChunkType type, out byte flags, out ReadOnlySpan<byte> value))
        {
            // INIT travels alone and without tag, everything else with it (RFC 9260 section 8.5.1).
            if ((isTagless && (type != ChunkType.Init || !first)) || (!isTagless && type == ChunkType.Init))
                break;
            if (reflectedTag && !((type is ChunkType.Abort or ChunkType.ShutdownComplete) && (flags & 1) != 0))
                break;
            first = false;
            if (type == ChunkType.Data)
            {
                data = true;
                OnData((DataFlags)flags, value, now);
            }
            else if (!HandleControl(type, flags, value, now))
            {
                break;
            }
        }

        if (data && CloseReason == SctpCloseReason.None)
            AfterData(now);
        if (CloseReason == SctpCloseReason.None)
            AdvanceShutdown(now);
        return reader.Malformed ? SctpHandleResult.Malformed : SctpHandleResult.Handled;
    }

    /// <summary>Time has come to <paramref name="now"/>; does what is due.</summary>
    public void HandleTimeout(TimeSpan now)
    {
        if (_handshakeDeadline <= now)
            OnHandshakeTimeout(now);
        if (_sackDeadline <= now)
        {
            _sackDeadline = Never;
            _sackNow = true;
        }

        if (_retransmitDeadline <= now)
            OnRetransmitTimeout(now);
        if (_reconfigDeadline <= now)
            OnReconfigTimeout(now);
        if (_heartbeatDeadline <= now)
            OnHeartbeatTimeout(now);
    }

    private SctpHandleResult Examine(ReadOnlySpan<byte> packet, out bool reflectedTag)
    {
        reflectedTag = false;
        if (packet.Length < PacketWriter.HeaderLength + 4)
            return SctpHandleResult.Malformed;
        if (BinaryPrimitives.ReadUInt16BigEndian(packet) != _options.RemotePort || BinaryPrimitives.ReadUInt16BigEndian(packet[2..]) != _options.LocalPort)
            return SctpHandleResult.BadPort;
        if (CloseReason != SctpCloseReason.None)
            return SctpHandleResult.Closed;

        uint tag = BinaryPrimitives.ReadUInt32BigEndian(packet[4..]);
        var firstType = (ChunkType)packet[PacketWriter.HeaderLength];
        uint checksum = BinaryPrimitives.ReadUInt32LittleEndian(packet[8..]);
        bool zeroAccepted = checksum == 0 && _options.ZeroChecksum && firstType is not (ChunkType.Init or ChunkType.CookieEcho);
        if (!zeroAccepted && checksum != Crc32C.Compute(packet, zeroedAt: 8))
            return SctpHandleResult.BadChecksum;
        if (tag == _localTag || (tag == 0 && firstType == ChunkType.Init))
            return SctpHandleResult.Handled;
        reflectedTag = _peerTag != 0 && tag == _peerTag && firstType is ChunkType.Abort or ChunkType.ShutdownComplete;
        return reflectedTag ? SctpHandleResult.Handled : SctpHandleResult.BadVerificationTag;
    }

    // False where the rest of the packet must not be processed.
    private bool HandleControl(ChunkType type, byte flags, ReadOnlySpan<byte> value, TimeSpan now)
    {
        switch (type)
        {
            case ChunkType.Init:
                OnInit(value, now);
                return false;
            case ChunkType.InitAck:
                OnInitAck(value, now);
                return false;
            case ChunkType.CookieEcho:
                OnCookieEcho(value, now);
                return true;
            case ChunkType.CookieAck:
                OnCookieAck(now);
                return true;
            case ChunkType.Sack:
                OnSack(value, now);
                return true;
            case ChunkType.Heartbeat:
                OnHeartbeat(value);
                return true;
            case ChunkType.HeartbeatAck:
                OnHeartbeatAck(value, now);
                return true;
            case ChunkType.Abort:
                Close(SctpCloseReason.RemoteAbort);
                return false;
            case ChunkType.Shutdown:
                OnShutdown(value, now);
                return true;
            case ChunkType.ShutdownAck:
                OnShutdownAck();
                return true;
            case ChunkType.ShutdownComplete:
                OnShutdownComplete();
                return false;
            case ChunkType.Error:
                return true;
            case ChunkType.ReConfig:
                OnReconfig(value, now);
                return true;
            case ChunkType.ForwardTsn:
                OnForwardTsn(value);
                return true;
            default:
                return OnUnknownChunk(type, flags, value);
        }
    }

    // The high bit says whether to go on, the next one whether to report (RFC 9260 section 3.2).
    private bool OnUnknownChunk(ChunkType type, byte flags, ReadOnlySpan<byte> value)
    {
        if (((byte)type & 0x40) != 0 && _peerTag != 0)
        {
            int quoted = Math.Min(4 + value.Length, 128);
            byte[] error = new byte[8 + quoted];
            error[0] = (byte)ChunkType.Error;
            BinaryPrimitives.WriteUInt16BigEndian(error.AsSpan(2), (ushort)error.Length);
            error[5] = 6;
            BinaryPrimitives.WriteUInt16BigEndian(error.AsSpan(6), (ushort)(4 + quoted));
            error[8] = (byte)type;
            error[9] = flags;
            BinaryPrimitives.WriteUInt16BigEndian(error.AsSpan(10), (ushort)(4 + value.Length));
            value[..(quoted - 4)].CopyTo(error.AsSpan(12));
            QueueControl(error, _peerTag);
        }

        return ((byte)type & 0x80) != 0;
    }

    private void OnHeartbeat(ReadOnlySpan<byte> value)
    {
        if (IsHandshaking || value.Length > _options.MaxPacketSize - PacketWriter.HeaderLength - 4)
            return;
        byte[] answer = new byte[4 + value.Length];
        answer[0] = (byte)ChunkType.HeartbeatAck;
        BinaryPrimitives.WriteUInt16BigEndian(answer.AsSpan(2), (ushort)answer.Length);
        value.CopyTo(answer.AsSpan(4));
        QueueControl(answer, _peerTag);
    }

    private void OnHeartbeatAck(ReadOnlySpan<byte> value, TimeSpan now)
    {
        // Our own heartbeat information: parameter type 1, length 12, when it was sent.
        if (!_heartbeatUnanswered || value.Length < 12)
            return;
        var sentAt = TimeSpan.FromTicks(BinaryPrimitives.ReadInt64BigEndian(value[4..]));
        if (sentAt > now || now - sentAt > _options.HeartbeatInterval * 2)
            return;
        _heartbeatUnanswered = false;
        _errorCount = 0;
        _rto.OnSample(now - sentAt);
    }

    private void ScheduleHeartbeat(TimeSpan now) =>
        _heartbeatDeadline = _options.HeartbeatInterval > TimeSpan.Zero ? now + _options.HeartbeatInterval : Never;

    private void OnHeartbeatTimeout(TimeSpan now)
    {
        if (_heartbeatUnanswered && CountError())
            return;
        byte[] chunk = [(byte)ChunkType.Heartbeat, 0, 0, 16, 0, 1, 0, 12, 0, 0, 0, 0, 0, 0, 0, 0];
        BinaryPrimitives.WriteInt64BigEndian(chunk.AsSpan(8), now.Ticks);
        QueueControl(chunk, _peerTag);
        _heartbeatUnanswered = true;
        ScheduleHeartbeat(now);
    }

    // True where that was one too many and the association is over.
    private bool CountError()
    {
        if (++_errorCount <= _options.MaxRetransmissions)
            return false;
        Fail(SctpCloseReason.PeerUnreachable);
        return true;
    }
}
