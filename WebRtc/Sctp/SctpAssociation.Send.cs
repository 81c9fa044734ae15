using System.Buffers;

namespace Nsn.WebRtc.Sctp;

// What waits to be sent, and in which order it goes: messages of different streams take turns.
public sealed partial class SctpAssociation
{
    private readonly Dictionary<ushort, OutgoingStream> _streams = [];
    private readonly Queue<OutgoingStream> _scheduled = new();
    private readonly Stack<OutgoingMessage> _idleMessages = new();
    private readonly HashSet<ushort> _lowAnnounced = [];
    private readonly HashSet<ushort> _refusedStreams = [];
    private OutgoingMessage? _sending;
    private OutgoingStream? _sendingStream;
    private int _queuedMessages;
    private int _queuedBytes;

    /// <summary>Bytes accepted and not sent yet, all streams together.</summary>
    public int BufferedAmount => _queuedBytes;

    /// <summary>
    /// Queues a message without copying it: <paramref name="payload"/> must not change until it is delivered. For bytes that are shared by many
    /// receivers, or that are garbage afterwards.
    /// </summary>
    public SctpSendResult Send(ushort streamId, uint payloadProtocolId, ReadOnlyMemory<byte> payload, SctpSendOptions options, TimeSpan now)
    {
        SctpSendResult result = CheckSend(streamId, payload.Length, out OutgoingStream? stream);
        if (result == SctpSendResult.Queued)
            Enqueue(stream!, payloadProtocolId, payload, null, options, now);
        return result;
    }

    /// <summary>Queues a copy of a message.</summary>
    public SctpSendResult SendCopy(ushort streamId, uint payloadProtocolId, ReadOnlySpan<byte> payload, SctpSendOptions options, TimeSpan now)
    {
        SctpSendResult result = CheckSend(streamId, payload.Length, out OutgoingStream? stream);
        if (result != SctpSendResult.Queued)
            return result;
        byte[] rented = ArrayPool<byte>.Shared.Rent(payload.Length);
        payload.CopyTo(rented);
        Enqueue(stream!, payloadProtocolId, rented.AsMemory(0, payload.Length), rented, options, now);
        return result;
    }

    /// <summary>Bytes accepted and not sent yet on one stream.</summary>
    public int GetBufferedAmount(ushort streamId) => _streams.TryGetValue(streamId, out OutgoingStream? stream) ? stream.BufferedAmount : 0;

    /// <summary>Sets at how many waiting bytes <see cref="SctpEventKind.BufferedAmountLow"/> is due for a stream; zero in the beginning.</summary>
    public void SetBufferedAmountLowThreshold(ushort streamId, int bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        if (streamId < Math.Min(_options.MaxStreams, _outgoingStreamLimit))
            GetStream(streamId).LowThreshold = bytes;
    }

    /// <summary>Queues a small message of the layer above even where the buffer is full: whoever sends it has a limit of their own.</summary>
    internal SctpSendResult SendControl(ushort streamId, uint payloadProtocolId, ReadOnlyMemory<byte> payload, TimeSpan now)
    {
        SctpSendResult result = CheckSend(streamId, payload.Length, out OutgoingStream? stream, beyondLimit: true);
        if (result == SctpSendResult.Queued)
            Enqueue(stream!, payloadProtocolId, payload, null, default, now);
        return result;
    }

    /// <summary>Whether a stream takes messages now; one that is being reset does not.</summary>
    internal bool IsStreamAvailable(ushort streamId) =>
        streamId < Math.Min(_options.MaxStreams, _outgoingStreamLimit) && !(_streams.TryGetValue(streamId, out OutgoingStream? stream) && stream.Reset != OutgoingReset.None);

    private SctpSendResult CheckSend(ushort streamId, int length, out OutgoingStream? stream, bool beyondLimit = false)
    {
        stream = null;
        if (CloseReason != SctpCloseReason.None || _shutdownWanted || !(IsHandshaking || State == SctpState.Established))
            return SctpSendResult.Closed;
        if (length == 0)
            return SctpSendResult.Empty;
        if (length > _options.RemoteMaxMessageSize)
            return SctpSendResult.MessageTooLarge;
        if (streamId >= Math.Min(_options.MaxStreams, _outgoingStreamLimit))
            return SctpSendResult.StreamUnavailable;
        stream = GetStream(streamId);
        if (stream.Reset != OutgoingReset.None)
            return SctpSendResult.StreamUnavailable;
        bool full = !beyondLimit
            && (_queuedMessages >= _options.MaxQueuedMessages || (_queuedBytes > 0 && length > _options.SendBufferSize - _queuedBytes));
        if (!full)
            return SctpSendResult.Queued;
        _refusedStreams.Add(streamId);
        return SctpSendResult.BufferFull;
    }

    private OutgoingStream GetStream(ushort id)
    {
        if (!_streams.TryGetValue(id, out OutgoingStream? stream))
            _streams.Add(id, stream = new OutgoingStream(id));
        return stream;
    }

    private void Enqueue(OutgoingStream stream, uint protocolId, ReadOnlyMemory<byte> payload, byte[]? rented, SctpSendOptions options, TimeSpan now)
    {
        if (!_idleMessages.TryPop(out OutgoingMessage? message))
            message = new OutgoingMessage();
        message.Payload = payload;
        message.Rented = rented;
        message.StreamId = stream.Id;
        message.PayloadProtocolId = protocolId;
        message.Unordered = options.Unordered;
        message.MaxRetransmits = options.MaxRetransmits ?? int.MaxValue;
        message.ExpiresAt = options.Lifetime is { } lifetime && lifetime < Never - now ? now + lifetime : Never;
        stream.Waiting.Enqueue(message);
        stream.BufferedAmount += payload.Length;
        _queuedBytes += payload.Length;
        _queuedMessages++;
        Schedule(stream);
    }

    private void Schedule(OutgoingStream stream)
    {
        if (stream.Scheduled)
            return;
        stream.Scheduled = true;
        _scheduled.Enqueue(stream);
    }

    // The message whose next fragment is to be sent; expired ones are dropped on the way.
    private OutgoingMessage? PeekMessage(TimeSpan now)
    {
        if (_sending is not null)
        {
            if (_sending.ExpiresAt > now || !_peerSupportsForwardTsn)
                return _sending;
            Abandon(_outstanding.Next - 1, _sending);
        }

        while (_scheduled.TryPeek(out OutgoingStream? stream))
        {
            if (!stream.Waiting.TryPeek(out OutgoingMessage? message))
            {
                _scheduled.Dequeue();
                stream.Scheduled = false;
                continue;
            }

            if (message.ExpiresAt > now)
                return message;
            stream.Waiting.Dequeue();
            _abandoned++;
            TakeFromQueue(stream, message.Payload.Length);
            _queuedMessages--;
            Recycle(message);
        }

        return null;
    }

    // Moves the message in turn to the front; its fragments follow each other without a break.
    private void BeginSending(OutgoingMessage message)
    {
        if (_sending == message)
            return;
        OutgoingStream stream = _scheduled.Dequeue();
        stream.Waiting.Dequeue();
        if (stream.Waiting.Count > 0)
            _scheduled.Enqueue(stream);
        else
            stream.Scheduled = false;
        _sending = message;
        _sendingStream = stream;
        if (!message.Unordered)
            message.StreamSequence = stream.NextSequence++;
    }

    private void FinishSending()
    {
        _sending = null;
        _sendingStream = null;
        _queuedMessages--;
    }

    private void TakeFromQueue(OutgoingStream stream, int bytes)
    {
        bool wasAbove = stream.BufferedAmount > stream.LowThreshold;
        stream.BufferedAmount -= bytes;
        _queuedBytes -= bytes;
        if (wasAbove && stream.BufferedAmount <= stream.LowThreshold)
            AnnounceLow(stream.Id);
        if (_refusedStreams.Count == 0 || _queuedBytes > _options.SendBufferSize / 2 || _queuedMessages > _options.MaxQueuedMessages / 2)
            return;
        foreach (ushort id in _refusedStreams)
            AnnounceLow(id);
        _refusedStreams.Clear();
    }

    private void AnnounceLow(ushort streamId)
    {
        if (_lowAnnounced.Add(streamId))
            Emit(SctpEventKind.BufferedAmountLow, streamId);
    }

    private void Recycle(OutgoingMessage message)
    {
        if (message.Rented is not null)
            ArrayPool<byte>.Shared.Return(message.Rented);
        message.Payload = default;
        message.Rented = null;
        message.StreamSequence = 0;
        message.Sent = message.Fragments = 0;
        message.Abandoned = false;
        if (_idleMessages.Count < 64)
            _idleMessages.Push(message);
    }

    // Streams that the peer turned out not to have.
    private void DropUnavailableStreams()
    {
        foreach (OutgoingStream stream in _streams.Values)
        {
            if (stream.Id < _outgoingStreamLimit)
                continue;
            while (stream.Waiting.TryDequeue(out OutgoingMessage? message))
            {
                TakeFromQueue(stream, message.Payload.Length);
                _queuedMessages--;
                Recycle(message);
            }

            Emit(SctpEventKind.OutgoingStreamReset, stream.Id);
        }
    }

    private void ReleaseOutgoing()
    {
        while (_outstanding.Count > 0)
            ReleaseFragment(_outstanding.First);
        if (_sending is not null)
            Recycle(_sending);
        foreach (OutgoingStream stream in _streams.Values)
        {
            while (stream.Waiting.TryDequeue(out OutgoingMessage? message))
                Recycle(message);
        }

        _streams.Clear();
        _scheduled.Clear();
        _sending = null;
        _sendingStream = null;
        _queuedMessages = _queuedBytes = _flightBytes = _lostChunks = 0;
    }

    // Forgets the lowest outstanding chunk and its message with it, once that was the last fragment.
    private void ReleaseFragment(uint tsn)
    {
        OutgoingMessage message = _outstanding[tsn].Message;
        _outstanding.RemoveFirst();
        if (--message.Fragments == 0 && message != _sending)
            Recycle(message);
    }
}
