using System.Buffers.Binary;

namespace Nsn.WebRtc.Sctp;

// Packets going out.
public sealed partial class SctpAssociation
{
    private const int DataHeaderLength = 16;
    private const int MaxQueuedControl = 32;

    private readonly Queue<ControlChunk> _control = new();
    private readonly List<(ushort StreamId, ushort Sequence)> _skipped = [];

    private int MaxFragment => _options.MaxPacketSize - PacketWriter.HeaderLength - DataHeaderLength;

    private bool MaySendData => State is SctpState.Established or SctpState.ShutdownPending or SctpState.ShutdownReceived;

    /// <summary>Writes the next packet, if there is one to send. Call until it says no.</summary>
    /// <param name="now">The time.</param>
    /// <param name="destination">At least <see cref="SctpOptions.MaxPacketSize"/> bytes.</param>
    /// <param name="length">Bytes written.</param>
    public bool TryPollPacket(TimeSpan now, Span<byte> destination, out int length)
    {
        if (destination.Length < _options.MaxPacketSize)
            throw new ArgumentException($"A packet needs {_options.MaxPacketSize} bytes.", nameof(destination));
        destination = destination[.._options.MaxPacketSize];
        if (MaySendData)
            QueueResetRequest(now);
        int nextData = MaySendData ? PeekDataLength(now) : 0;
        AdvanceShutdown(now);
        if (_control.TryDequeue(out ControlChunk control))
        {
            PacketWriter alone = NewPacket(destination, control.VerificationTag);
            alone.AppendChunk(control.Chunk);
            return Finish(ref alone, control.NeedsChecksum, out length);
        }

        length = 0;
        if (IsHandshaking)
            return false;
        PacketWriter writer = NewPacket(destination, _peerTag);
        if (_cookieAckDue)
        {
            writer.BeginChunk(ChunkType.CookieAck, 0, 0);
            _cookieAckDue = false;
        }

        // A waiting acknowledgement rides along where it does not push the data into another packet.
        if (_sackNow || (_sackPending && nextData > 0 && writer.Space >= 16 + (_received.Ranges.Count * 4) + DataHeaderLength + nextData))
            WriteSack(ref writer);
        if (_forwardTsnDue)
            WriteForwardTsn(ref writer, now);
        if (nextData > 0)
            WriteData(ref writer, now);
        return writer.HasChunks && Finish(ref writer, needsChecksum: false, out length);
    }

    private PacketWriter NewPacket(Span<byte> destination, uint tag) =>
        new(destination, (ushort)_options.LocalPort, (ushort)_options.RemotePort, tag);

    private bool Finish(ref PacketWriter writer, bool needsChecksum, out int length)
    {
        writer.Finish(SendsZeroChecksum && !needsChecksum);
        length = writer.Length;
        _packetsSent++;
        return true;
    }

    private void QueueControl(byte[] chunk, uint verificationTag, bool needsChecksum = false)
    {
        // Whoever makes us answer faster than we may send loses answers, not memory.
        if (_control.Count < MaxQueuedControl)
            _control.Enqueue(new ControlChunk(chunk, verificationTag, needsChecksum));
    }

    private bool MayUseWindows(int bytes) => _flightBytes == 0 || (_flightBytes < _window.Size && bytes <= _peerWindow);

    // Length of the DATA chunk's payload that may be sent now, padded; zero for none.
    private int PeekDataLength(TimeSpan now)
    {
        int length = 0;
        if (TryFindLost(now, out uint lost))
        {
            length = _outstanding[lost].Length;
            if (!_retransmitAtOnce && !MayUseWindows(length))
                return 0;
        }
        else if (PeekMessage(now) is { } message && _outstanding.Count < _options.MaxOutstandingChunks)
        {
            length = Math.Min(message.Payload.Length - message.Sent, MaxFragment);
            if (!MayUseWindows(length))
                return 0;
        }

        return (length + 3) & ~3;
    }

    private void WriteData(ref PacketWriter writer, TimeSpan now)
    {
        bool first = true;
        while (TryFindLost(now, out uint tsn))
        {
            ref OutstandingChunk chunk = ref _outstanding[tsn];
            if (writer.Space < DataHeaderLength + ((chunk.Length + 3) & ~3) || !(MayUseWindows(chunk.Length) || (_retransmitAtOnce && first)))
            {
                _retransmitAtOnce &= first;
                return;
            }

            first = false;
            chunk.State = ChunkState.InFlight;
            chunk.Transmissions++;
            chunk.Misses = 0;
            chunk.MissingFrom = _outstanding.Next - 1;
            chunk.SentAt = now;
            _lostChunks--;
            _retransmissions++;
            if (tsn == _outstanding.First)
                _retransmitDeadline = now + _rto.Timeout;
            WriteChunk(ref writer, tsn, chunk, immediate: _lostChunks == 0, now);
        }

        _retransmitAtOnce = false;
        while (_outstanding.Count < _options.MaxOutstandingChunks && PeekMessage(now) is { } message)
        {
            int length = Math.Min(message.Payload.Length - message.Sent, MaxFragment);
            if (writer.Space < DataHeaderLength + ((length + 3) & ~3) || !MayUseWindows(length))
                return;
            SendFragment(ref writer, message, length, now);
        }
    }

    private void SendFragment(ref PacketWriter writer, OutgoingMessage message, int length, TimeSpan now)
    {
        BeginSending(message);
        var chunk = new OutstandingChunk
        {
            Message = message,
            Offset = message.Sent,
            Length = length,
            SentAt = now,
            Transmissions = 1,
            MissingFrom = _outstanding.Next,
        };
        message.Sent += length;
        message.Fragments++;
        uint tsn = _outstanding.Add(chunk);
        _bytesSent += length;
        OutgoingStream stream = _sendingStream!;
        if (message.Sent == message.Payload.Length)
            FinishSending();
        TakeFromQueue(stream, length);
        // The last one before a pause asks for an acknowledgement at once (RFC 7053), so that the pause is no longer than a round trip.
        bool pauses = _queuedMessages == 0 || _flightBytes + length >= _window.Size;
        WriteChunk(ref writer, tsn, chunk, pauses, now);
    }

    private void WriteChunk(ref PacketWriter writer, uint tsn, in OutstandingChunk chunk, bool immediate, TimeSpan now)
    {
        OutgoingMessage message = chunk.Message;
        DataFlags flags = (immediate ? DataFlags.Immediate : 0) | (message.Unordered ? DataFlags.Unordered : 0)
            | (chunk.Offset == 0 ? DataFlags.Begin : 0) | (chunk.Offset + chunk.Length == message.Payload.Length ? DataFlags.End : 0);
        Span<byte> value = writer.BeginChunk(ChunkType.Data, (byte)flags, 12 + chunk.Length);
        BinaryPrimitives.WriteUInt32BigEndian(value, tsn);
        BinaryPrimitives.WriteUInt16BigEndian(value[4..], message.StreamId);
        BinaryPrimitives.WriteUInt16BigEndian(value[6..], message.StreamSequence);
        BinaryPrimitives.WriteUInt32BigEndian(value[8..], message.PayloadProtocolId);
        message.Payload.Span.Slice(chunk.Offset, chunk.Length).CopyTo(value[12..]);
        _flightBytes += chunk.Length;
        _peerWindow = Math.Max(0, _peerWindow - chunk.Length);
        if (_retransmitDeadline == Never)
            _retransmitDeadline = now + _rto.Timeout;
    }

    // The lowest lost chunk that is still worth sending.
    private bool TryFindLost(TimeSpan now, out uint tsn)
    {
        if (Serial.Less(_lostFrom, _outstanding.First))
            _lostFrom = _outstanding.First;
        while (_lostChunks > 0)
        {
            while (_outstanding[_lostFrom].State != ChunkState.Lost)
                _lostFrom++;
            OutgoingMessage message = _outstanding[_lostFrom].Message;
            if (message.ExpiresAt > now || !_peerSupportsForwardTsn)
            {
                tsn = _lostFrom;
                return true;
            }

            Abandon(_lostFrom, message);
        }

        tsn = 0;
        return false;
    }

    // FORWARD TSN (RFC 3758 section 3.2) with the last skipped message of each ordered stream; as far as the packet has room for streams.
    private void WriteForwardTsn(ref PacketWriter writer, TimeSpan now)
    {
        _forwardTsnDue = false;
        if (!Serial.Less(LastAcknowledged, _advancedAckPoint))
            return;
        int room = (writer.Space - 8) / 4;
        if (room < 1)
        {
            _forwardTsnDue = true;
            return;
        }

        _skipped.Clear();
        uint reached = LastAcknowledged;
        for (uint tsn = _outstanding.First; Serial.LessOrEqual(tsn, _advancedAckPoint); tsn++)
        {
            ref OutstandingChunk chunk = ref _outstanding[tsn];
            if (chunk.State == ChunkState.Abandoned && !chunk.Message.Unordered && !NoteSkipped(chunk.Message, room))
                break;
            reached = tsn;
        }

        Span<byte> value = writer.BeginChunk(ChunkType.ForwardTsn, 0, 4 + (_skipped.Count * 4));
        BinaryPrimitives.WriteUInt32BigEndian(value, reached);
        for (int i = 0; i < _skipped.Count; i++)
        {
            BinaryPrimitives.WriteUInt16BigEndian(value[(4 + (i * 4))..], _skipped[i].StreamId);
            BinaryPrimitives.WriteUInt16BigEndian(value[(6 + (i * 4))..], _skipped[i].Sequence);
        }

        _forwardTsnSentAt = now;
        if (_retransmitDeadline == Never)
            _retransmitDeadline = now + _rto.Timeout;
    }

    private bool NoteSkipped(OutgoingMessage message, int room)
    {
        for (int i = 0; i < _skipped.Count; i++)
        {
            if (_skipped[i].StreamId != message.StreamId)
                continue;
            _skipped[i] = (message.StreamId, message.StreamSequence);
            return true;
        }

        if (_skipped.Count == room)
            return false;
        _skipped.Add((message.StreamId, message.StreamSequence));
        return true;
    }

    private readonly record struct ControlChunk(byte[] Chunk, uint VerificationTag, bool NeedsChecksum);
}
