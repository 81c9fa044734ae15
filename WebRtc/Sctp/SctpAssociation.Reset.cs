using System.Buffers;
using System.Buffers.Binary;

namespace Nsn.WebRtc.Sctp;

// Resetting streams (RFC 6525), which is how data channels are closed (RFC 8831 section 6.7).
public sealed partial class SctpAssociation
{
    private const ushort OutgoingResetRequest = 13;
    private const ushort IncomingResetRequest = 14;
    private const ushort ReconfigResponse = 16;
    private const int MaxStreamsPerRequest = 200;

    private const uint NothingToDo = 0;
    private const uint Performed = 1;
    private const uint Denied = 2;
    private const uint BadSequenceNumber = 5;
    private const uint InProgress = 6;

    private readonly List<ushort> _resetWanted = [];
    private readonly List<ushort> _resetRequested = [];
    private readonly HashSet<ushort> _resetAnnounced = [];
    private byte[]? _reconfigChunk;
    private TimeSpan _reconfigDeadline = Never;
    private uint _nextReconfigRequest;
    private uint _nextIncomingReconfig;
    private uint _lastReconfigResult;

    /// <summary>
    /// Closes our half of a stream once everything queued on it is sent; <see cref="SctpEventKind.OutgoingStreamReset"/> follows when the peer has
    /// confirmed. Nothing can be sent on it until then.
    /// </summary>
    public void ResetStream(ushort streamId)
    {
        if (CloseReason != SctpCloseReason.None || streamId >= Math.Min(_options.MaxStreams, _outgoingStreamLimit))
            return;
        OutgoingStream stream = GetStream(streamId);
        if (stream.Reset != OutgoingReset.None)
            return;
        stream.Reset = OutgoingReset.Wanted;
        _resetWanted.Add(streamId);
    }

    /// <summary>
    /// The peer has begun to use a stream again, as it may only once it has performed our reset: its confirmation was lost on the way. False where that was not asked for yet.
    /// </summary>
    internal bool TryConfirmReset(ushort streamId)
    {
        if (!_resetRequested.Remove(streamId))
            return false;
        OutgoingStream stream = GetStream(streamId);
        stream.Reset = OutgoingReset.None;
        stream.NextSequence = 0;
        return true;
    }

    // One request at a time, with the streams that have nothing left to send.
    private void QueueResetRequest(TimeSpan now)
    {
        if (_resetWanted.Count == 0 || _reconfigChunk is not null)
            return;
        foreach (ushort id in _resetWanted)
        {
            OutgoingStream stream = GetStream(id);
            if (stream.Waiting.Count > 0 || stream == _sendingStream || _resetRequested.Count == MaxStreamsPerRequest)
                continue;
            stream.Reset = OutgoingReset.Requested;
            _resetRequested.Add(id);
        }

        if (_resetRequested.Count == 0)
            return;
        _resetWanted.RemoveAll(_resetRequested.Contains);
        if (!_peerSupportsReconfiguration)
        {
            FinishReset(renumber: false);
            return;
        }

        int parameter = 16 + (_resetRequested.Count * 2);
        byte[] chunk = new byte[4 + parameter];
        chunk[0] = (byte)ChunkType.ReConfig;
        BinaryPrimitives.WriteUInt16BigEndian(chunk.AsSpan(2), (ushort)chunk.Length);
        BinaryPrimitives.WriteUInt16BigEndian(chunk.AsSpan(4), OutgoingResetRequest);
        BinaryPrimitives.WriteUInt16BigEndian(chunk.AsSpan(6), (ushort)parameter);
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(8), _nextReconfigRequest);
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(12), _nextIncomingReconfig - 1);
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(16), _outstanding.Next - 1);
        for (int i = 0; i < _resetRequested.Count; i++)
            BinaryPrimitives.WriteUInt16BigEndian(chunk.AsSpan(20 + (i * 2)), _resetRequested[i]);
        _reconfigChunk = chunk;
        _reconfigDeadline = now + _rto.Timeout;
        QueueControl(chunk, _peerTag);
    }

    private void OnReconfigTimeout(TimeSpan now)
    {
        _reconfigDeadline = Never;
        if (_reconfigChunk is null || CountError())
            return;
        _rto.BackOff();
        _reconfigDeadline = now + _rto.Timeout;
        QueueControl(_reconfigChunk, _peerTag);
    }

    private void OnReconfig(ReadOnlySpan<byte> value, TimeSpan now)
    {
        if (IsHandshaking)
            return;
        var reader = new ChunkReader(value);
        // A chunk has at most two parameters (RFC 6525 section 3.1).
        for (int i = 0; i < 2 && reader.TryReadParameter(out ushort type, out ReadOnlySpan<byte> body); i++)
        {
            if (body.Length < 4)
                return;
            uint number = BinaryPrimitives.ReadUInt32BigEndian(body);
            if (type == ReconfigResponse)
            {
                if (body.Length >= 8)
                    OnResetResponse(number, BinaryPrimitives.ReadUInt32BigEndian(body[4..]), now);
                continue;
            }

            QueueReconfigResponse(number, AnswerReconfigRequest(type, number, body));
        }
    }

    private uint AnswerReconfigRequest(ushort type, uint number, ReadOnlySpan<byte> body)
    {
        bool repeated = number == _nextIncomingReconfig - 1;
        if (!repeated && number != _nextIncomingReconfig)
            return BadSequenceNumber;
        if (repeated && _lastReconfigResult != InProgress)
            return _lastReconfigResult;
        _nextIncomingReconfig = number + 1;
        _lastReconfigResult = type switch
        {
            OutgoingResetRequest when body.Length >= 12 => ResetIncoming(body),
            IncomingResetRequest => ResetOnRequest(body[4..]),
            _ => Denied,
        };
        return _lastReconfigResult;
    }

    // The peer closes its half of some streams, or of all of them.
    private uint ResetIncoming(ReadOnlySpan<byte> body)
    {
        // Until everything sent before has come in, the peer is told to ask again.
        if (Serial.Less(_received.Cumulative, BinaryPrimitives.ReadUInt32BigEndian(body[8..])))
            return InProgress;
        ReadOnlySpan<byte> list = body[12..];
        if (list.Length < 2)
        {
            foreach (ushort id in _incoming.Keys.ToArray())
                ResetIncoming(id);
        }

        for (; list.Length >= 2; list = list[2..])
            ResetIncoming(BinaryPrimitives.ReadUInt16BigEndian(list));
        return Performed;
    }

    private void ResetIncoming(ushort id)
    {
        if (id >= _incomingStreamLimit)
            return;
        if (_incoming.Remove(id, out IncomingStream? stream) && stream.Early is not null)
        {
            foreach (CompleteMessage message in stream.Early.Values)
            {
                _readyBytes -= message.Charge;
                ArrayPool<byte>.Shared.Return(message.Buffer);
            }
        }

        _lastIncoming = null;
        if (_resetAnnounced.Add(id))
            Emit(SctpEventKind.IncomingStreamReset, id);
    }

    // The peer wants us to close our half.
    private uint ResetOnRequest(ReadOnlySpan<byte> list)
    {
        for (; list.Length >= 2; list = list[2..])
        {
            ushort id = BinaryPrimitives.ReadUInt16BigEndian(list);
            if (_streams.ContainsKey(id))
                ResetStream(id);
        }

        return NothingToDo;
    }

    private void QueueReconfigResponse(uint number, uint result)
    {
        byte[] chunk = [(byte)ChunkType.ReConfig, 0, 0, 16, 0, (byte)ReconfigResponse, 0, 12, 0, 0, 0, 0, 0, 0, 0, 0];
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(8), number);
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(12), result);
        QueueControl(chunk, _peerTag);
    }

    private void OnResetResponse(uint number, uint result, TimeSpan now)
    {
        if (_reconfigChunk is null || number != _nextReconfigRequest)
            return;
        _errorCount = 0;
        if (result == InProgress)
        {
            _reconfigDeadline = now + _rto.Timeout;
            return;
        }

        _nextReconfigRequest++;
        _reconfigChunk = null;
        _reconfigDeadline = Never;
        FinishReset(renumber: result is NothingToDo or Performed);
    }

    private void FinishReset(bool renumber)
    {
        foreach (ushort id in _resetRequested)
        {
            OutgoingStream stream = GetStream(id);
            stream.Reset = OutgoingReset.None;
            if (renumber)
                stream.NextSequence = 0;
            Emit(SctpEventKind.OutgoingStreamReset, id);
        }

        _resetRequested.Clear();
    }
}
