using System.Buffers;
using System.Buffers.Binary;

namespace Nsn.WebRtc.Sctp;

// Data coming in: what is taken, in which order it is handed out, when it is acknowledged.
public sealed partial class SctpAssociation
{
    private const int MaxReportedDuplicates = 16;

    private readonly Reassembler _reassembler;
    private readonly Dictionary<ushort, IncomingStream> _incoming = [];
    private readonly List<uint> _duplicateReport = [];
    private ReceivedTsnSet _received;
    private IncomingStream? _lastIncoming;
    private ushort _lastIncomingId;
    private TimeSpan _sackDeadline = Never;
    private bool _sackPending;
    private bool _sackNow;

    private int BytesHeld => _reassembler.BytesHeld + _readyBytes;

    private int LocalWindow => Math.Max(0, _options.ReceiveWindow - BytesHeld);

    private bool IsReceiveWindowTight => LocalWindow < _options.ReceiveWindow / 4;

    private bool AcceptsData => State is SctpState.Established or SctpState.ShutdownPending or SctpState.ShutdownSent;

    private void OnData(DataFlags flags, ReadOnlySpan<byte> value, TimeSpan now)
    {
        if (!AcceptsData)
            return;
        if (value.Length <= 12)
        {
            Fail(SctpCloseReason.ProtocolViolation);
            return;
        }

        var chunk = new DataChunk
        {
            Tsn = BinaryPrimitives.ReadUInt32BigEndian(value),
            StreamId = BinaryPrimitives.ReadUInt16BigEndian(value[4..]),
            StreamSequence = BinaryPrimitives.ReadUInt16BigEndian(value[6..]),
            PayloadProtocolId = BinaryPrimitives.ReadUInt32BigEndian(value[8..]),
            Flags = flags,
            Payload = value[12..],
        };
        if ((flags & DataFlags.Immediate) != 0)
            _sackNow = true;
        if (_received.Contains(chunk.Tsn))
        {
            _duplicates++;
            _sackNow = true;
            if (_duplicateReport.Count < MaxReportedDuplicates)
                _duplicateReport.Add(chunk.Tsn);
            return;
        }

        // The next number in turn is taken a little beyond the window, since without it nothing could be handed out.
        bool inTurn = chunk.Tsn == _received.Cumulative + 1;
        if (BytesHeld >= (inTurn ? 2L * _options.ReceiveWindow : _options.ReceiveWindow) || !_received.HasRoomFor(chunk.Tsn))
        {
            _refused++;
            _sackNow = true;
            return;
        }

        if (!inTurn || _received.HasGaps)
            _sackNow = true;
        _received.Add(chunk.Tsn);
        _bytesReceived += chunk.Payload.Length;
        if (chunk.StreamId >= _incomingStreamLimit)
        {
            QueueInvalidStreamError(chunk.StreamId);
            return;
        }

        switch (_reassembler.Add(chunk, out CompleteMessage message))
        {
            case ReassemblyResult.Completed:
                Deliver(message);
                break;
            case ReassemblyResult.TooLarge:
                Fail(SctpCloseReason.MessageTooLarge);
                break;
            case ReassemblyResult.Violation:
                Fail(SctpCloseReason.ProtocolViolation);
                break;
        }
    }

    // An acknowledgement at once for every second packet and for whatever is out of the ordinary, else after a while (RFC 9260 section 6.2).
    private void AfterData(TimeSpan now)
    {
        if (State == SctpState.ShutdownSent)
        {
            // Each packet is answered with how far we are (section 9.2).
            QueueShutdown();
            _sackNow = true;
        }

        if (_sackNow || !AcceptsData)
            return;
        if (_sackPending)
        {
            _sackNow = true;
            return;
        }

        _sackPending = true;
        _sackDeadline = now + _options.AcknowledgementDelay;
    }

    private void Deliver(in CompleteMessage message)
    {
        if (message.Unordered)
        {
            EmitMessage(message);
            return;
        }

        IncomingStream stream = GetIncoming(message.StreamId);
        if (message.StreamSequence != stream.NextSequence)
        {
            stream.Early ??= [];
            if (Serial.Less(message.StreamSequence, stream.NextSequence) || !stream.Early.TryAdd(message.StreamSequence, message))
                ArrayPool<byte>.Shared.Return(message.Buffer);
            else
                _readyBytes += message.Charge;
            return;
        }

        stream.NextSequence++;
        EmitMessage(message);
        DeliverEarly(stream);
    }

    private void DeliverEarly(IncomingStream stream)
    {
        while (stream.Early is { Count: > 0 } && stream.Early.Remove(stream.NextSequence, out CompleteMessage next))
        {
            stream.NextSequence++;
            _readyBytes -= next.Charge;
            EmitMessage(next);
        }
    }

    private void EmitMessage(in CompleteMessage message)
    {
        _readyBytes += message.Charge;
        _events.Enqueue(new SctpEvent
        {
            Kind = SctpEventKind.Message,
            StreamId = message.StreamId,
            PayloadProtocolId = message.PayloadProtocolId,
            Unordered = message.Unordered,
            Payload = message.Buffer.AsMemory(0, message.Length),
            Buffer = message.Buffer,
            Charge = message.Charge,
        });
    }

    private IncomingStream GetIncoming(ushort id)
    {
        if (_lastIncoming is not null && _lastIncomingId == id)
            return _lastIncoming;
        if (!_incoming.TryGetValue(id, out IncomingStream? stream))
            _incoming.Add(id, stream = new IncomingStream());
        _lastIncoming = stream;
        _lastIncomingId = id;
        return stream;
    }

    private void OnForwardTsn(ReadOnlySpan<byte> value)
    {
        if (!AcceptsData || value.Length < 4)
            return;
        uint tsn = BinaryPrimitives.ReadUInt32BigEndian(value);
        _sackNow = true;
        // Nobody has more in flight than gap reports can count.
        if (Serial.LessOrEqual(tsn, _received.Cumulative) || tsn - _received.Cumulative > ushort.MaxValue)
            return;
        _received.AdvanceTo(tsn);
        _reassembler.DiscardUpTo(tsn);
        for (ReadOnlySpan<byte> rest = value[4..]; rest.Length >= 4; rest = rest[4..])
        {
            ushort id = BinaryPrimitives.ReadUInt16BigEndian(rest);
            if (id >= _incomingStreamLimit)
                continue;
            SkipTo(GetIncoming(id), (ushort)(BinaryPrimitives.ReadUInt16BigEndian(rest[2..]) + 1));
        }
    }

    // Messages before the given number that are complete all the same are still handed out, in order.
    private void SkipTo(IncomingStream stream, ushort next)
    {
        if (Serial.Less(stream.NextSequence, next))
        {
            // By what is there, not by the numbers in between: a packet can skip 32,000 of those on hundreds of streams.
            ushort from = stream.NextSequence;
            ushort[] skipped = stream.Early is { Count: > 0 } early ? [.. early.Keys.Where(sequence => Serial.Less(sequence, next))] : [];
            Array.Sort(skipped, (left, right) => ((ushort)(left - from)).CompareTo((ushort)(right - from)));
            foreach (ushort sequence in skipped)
            {
                stream.Early!.Remove(sequence, out CompleteMessage message);
                _readyBytes -= message.Charge;
                EmitMessage(message);
            }

            stream.NextSequence = next;
        }

        DeliverEarly(stream);
    }

    private void QueueInvalidStreamError(ushort streamId)
    {
        byte[] error = [(byte)ChunkType.Error, 0, 0, 12, 0, 1, 0, 8, 0, 0, 0, 0];
        BinaryPrimitives.WriteUInt16BigEndian(error.AsSpan(8), streamId);
        QueueControl(error, _peerTag);
    }

    // Fills a SACK into the packet; ranges that do not fit are left for a later one.
    private void WriteSack(ref PacketWriter writer)
    {
        IReadOnlyList<(uint First, uint Last)> ranges = _received.Ranges;
        int room = (writer.Space - 16) / 4;
        int gaps = Math.Min(ranges.Count, Math.Max(room, 0));
        int duplicates = Math.Min(_duplicateReport.Count, Math.Max(room - gaps, 0));
        Span<byte> value = writer.BeginChunk(ChunkType.Sack, 0, 12 + ((gaps + duplicates) * 4));
        BinaryPrimitives.WriteUInt32BigEndian(value, _received.Cumulative);
        BinaryPrimitives.WriteUInt32BigEndian(value[4..], (uint)LocalWindow);
        BinaryPrimitives.WriteUInt16BigEndian(value[8..], (ushort)gaps);
        BinaryPrimitives.WriteUInt16BigEndian(value[10..], (ushort)duplicates);
        value = value[12..];
        for (int i = 0; i < gaps; i++, value = value[4..])
        {
            BinaryPrimitives.WriteUInt16BigEndian(value, (ushort)(ranges[i].First - _received.Cumulative));
            BinaryPrimitives.WriteUInt16BigEndian(value[2..], (ushort)(ranges[i].Last - _received.Cumulative));
        }

        for (int i = 0; i < duplicates; i++, value = value[4..])
            BinaryPrimitives.WriteUInt32BigEndian(value, _duplicateReport[i]);
        _duplicateReport.Clear();
        _sackPending = _sackNow = false;
        _sackDeadline = Never;
    }
}
