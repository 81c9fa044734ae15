using System.Buffers.Binary;

namespace Nsn.WebRtc.Sctp;

// What the peer says it has, what must be repeated, and what is given up (RFC 9260 sections 6.2.1, 6.3 and 7.2; RFC 3758).
public sealed partial class SctpAssociation
{
    // Later chunks acknowledged this often while one stays missing mean that it is lost.
    private const int MissesUntilLost = 3;

    private readonly OutstandingChunks _outstanding;
    private readonly CongestionWindow _window;
    private TimeSpan _retransmitDeadline = Never;
    private TimeSpan _forwardTsnSentAt;
    private int _flightBytes;
    private int _peerWindow;
    private int _lostChunks;
    private uint _lostFrom;
    private uint _advancedAckPoint;
    private bool _forwardTsnDue;
    private bool _retransmitAtOnce;
    private bool _heardSinceTimeout;

    private uint LastAcknowledged => _outstanding.First - 1;

    private void OnSack(ReadOnlySpan<byte> value, TimeSpan now)
    {
        if (IsHandshaking || value.Length < 12)
            return;
        uint cumulative = BinaryPrimitives.ReadUInt32BigEndian(value);
        int announced = (int)Math.Min(BinaryPrimitives.ReadUInt32BigEndian(value[4..]), int.MaxValue);
        int gaps = BinaryPrimitives.ReadUInt16BigEndian(value[8..]);
        if (value.Length < 12 + (gaps * 4) || Serial.Less(cumulative, LastAcknowledged))
            return;
        if (!Serial.Less(cumulative, _outstanding.Next))
        {
            Fail(SctpCloseReason.ProtocolViolation);
            return;
        }

        _heardSinceTimeout = true;
        _heartbeatUnanswered = false;
        ScheduleHeartbeat(now);
        int flightBefore = _flightBytes;
        bool moved = cumulative != LastAcknowledged;
        TimeSpan sentAt = Never;
        int acknowledged = RemoveAcknowledged(cumulative, ref sentAt);
        if (!TakeGaps(value.Slice(12, gaps * 4), cumulative, ref acknowledged, ref sentAt, out uint highestNew, out uint highest))
        {
            Fail(SctpCloseReason.ProtocolViolation);
            return;
        }

        if (sentAt != Never)
            _rto.OnSample(now - sentAt);
        if (acknowledged > 0)
            _errorCount = 0;
        if (moved)
            _window.OnAcknowledged(cumulative, acknowledged, flightBefore);

        // In fast recovery every SACK that moves on counts for all that it reports missing (section 7.2.4).
        uint missingBelow = moved && _window.InFastRecovery ? highest : highestNew;
        if (missingBelow != cumulative)
            CountMisses(missingBelow);
        _peerWindow = Math.Max(0, announced - _flightBytes);
        if (_outstanding.Count == 0)
            _retransmitDeadline = Never;
        else if (moved || _retransmitDeadline == Never)
            _retransmitDeadline = now + _rto.Timeout;
        AdvanceAckPoint();
        if (Serial.Less(LastAcknowledged, _advancedAckPoint) && now - _forwardTsnSentAt > _rto.Smoothed)
            _forwardTsnDue = true;
    }

    private void OnCumulativeAcknowledgement(uint cumulative, TimeSpan now)
    {
        if (Serial.LessOrEqual(cumulative, LastAcknowledged) || !Serial.Less(cumulative, _outstanding.Next))
            return;
        TimeSpan sentAt = Never;
        RemoveAcknowledged(cumulative, ref sentAt);
        _errorCount = 0;
        _retransmitDeadline = _outstanding.Count == 0 ? Never : now + _rto.Timeout;
    }

    private int RemoveAcknowledged(uint cumulative, ref TimeSpan sentAt)
    {
        int acknowledged = 0;
        while (_outstanding.Count > 0 && Serial.LessOrEqual(_outstanding.First, cumulative))
        {
            Acknowledge(ref _outstanding[_outstanding.First], ref acknowledged, ref sentAt);
            ReleaseFragment(_outstanding.First);
        }

        return acknowledged;
    }

    private bool TakeGaps(ReadOnlySpan<byte> blocks, uint cumulative, ref int acknowledged, ref TimeSpan sentAt, out uint highestNew, out uint highest)
    {
        highestNew = highest = cumulative;
        for (; blocks.Length >= 4; blocks = blocks[4..])
        {
            uint first = cumulative + BinaryPrimitives.ReadUInt16BigEndian(blocks), last = cumulative + BinaryPrimitives.ReadUInt16BigEndian(blocks[2..]);
            // Blocks ascend; one that does not, or that reports what was never sent, is no acknowledgement.
            if (!Serial.Less(highest, first) || Serial.Less(last, first) || !Serial.Less(last, _outstanding.Next))
                return false;
            highest = last;
            for (uint tsn = first; tsn != last + 1; tsn++)
            {
                ref OutstandingChunk chunk = ref _outstanding[tsn];
                if (chunk.State is not (ChunkState.InFlight or ChunkState.Lost))
                    continue;
                Acknowledge(ref chunk, ref acknowledged, ref sentAt);
                highestNew = tsn;
            }
        }

        return true;
    }

    private void Acknowledge(ref OutstandingChunk chunk, ref int acknowledged, ref TimeSpan sentAt)
    {
        if (chunk.State == ChunkState.InFlight)
        {
            _flightBytes -= chunk.Length;
            // Karn's rule: a repeated chunk says nothing about the round trip.
            if (chunk.Transmissions == 1)
                sentAt = chunk.SentAt;
        }
        else if (chunk.State == ChunkState.Lost)
        {
            _lostChunks--;
        }
        else
        {
            return;
        }

        acknowledged += chunk.Length;
        chunk.State = ChunkState.Acknowledged;
    }

    private void CountMisses(uint below)
    {
        bool lost = false;
        for (uint tsn = _outstanding.First; tsn != below; tsn++)
        {
            ref OutstandingChunk chunk = ref _outstanding[tsn];
            // A repeated chunk is missing again only if something sent after the repetition has arrived.
            if (chunk.State != ChunkState.InFlight || !Serial.Less(chunk.MissingFrom, below) || ++chunk.Misses < MissesUntilLost)
                continue;
            lost = true;
            MarkLost(tsn);
        }

        if (!lost)
            return;
        _retransmitAtOnce |= !_window.InFastRecovery;
        _window.OnFastRetransmit(_outstanding.Next - 1);
    }

    // May add a chunk; references into the ring are void afterwards.
    private void MarkLost(uint tsn)
    {
        ref OutstandingChunk chunk = ref _outstanding[tsn];
        if (chunk.State == ChunkState.InFlight)
        {
            _flightBytes -= chunk.Length;
            _peerWindow += chunk.Length;
        }

        chunk.State = ChunkState.Lost;
        if (_lostChunks++ == 0 || Serial.Less(tsn, _lostFrom))
            _lostFrom = tsn;
        if (_peerSupportsForwardTsn && chunk.Transmissions > chunk.Message.MaxRetransmits)
            Abandon(tsn, chunk.Message);
    }

    // Gives up a message of which the fragment with this number was sent: none of it is repeated, and the peer is told to skip it.
    private void Abandon(uint tsn, OutgoingMessage message)
    {
        if (message.Abandoned)
            return;
        message.Abandoned = true;
        _abandoned++;
        for (uint i = tsn; _outstanding.Contains(i) && _outstanding[i].Message == message; i--)
            AbandonFragment(i);
        for (uint i = tsn + 1; _outstanding.Contains(i) && _outstanding[i].Message == message; i++)
            AbandonFragment(i);
        if (_sending == message)
        {
            // A number that stands for the rest, so that the skip reaches beyond the fragments that did arrive.
            TakeFromQueue(_sendingStream!, message.Payload.Length - message.Sent);
            message.Fragments++;
            _outstanding.Add(new OutstandingChunk { Message = message, State = ChunkState.Abandoned });
            FinishSending();
        }

        AdvanceAckPoint();
    }

    private void AbandonFragment(uint tsn)
    {
        ref OutstandingChunk chunk = ref _outstanding[tsn];
        if (chunk.State == ChunkState.InFlight)
            _flightBytes -= chunk.Length;
        else if (chunk.State == ChunkState.Lost)
            _lostChunks--;
        else
            return;
        chunk.State = ChunkState.Abandoned;
    }

    // How far the peer may be told to skip: over what was given up and over what it has.
    private void AdvanceAckPoint()
    {
        if (Serial.Less(_advancedAckPoint, LastAcknowledged))
            _advancedAckPoint = LastAcknowledged;
        for (uint tsn = _advancedAckPoint + 1; _outstanding.Contains(tsn); tsn++)
        {
            ChunkState state = _outstanding[tsn].State;
            if (state is not (ChunkState.Abandoned or ChunkState.Acknowledged))
                break;
            if (state != ChunkState.Abandoned)
                continue;
            _advancedAckPoint = tsn;
            _forwardTsnDue = true;
        }
    }

    private void OnRetransmitTimeout(TimeSpan now)
    {
        _timeouts++;
        bool probing = _peerWindow == 0 && _heardSinceTimeout;
        _heardSinceTimeout = false;
        // A peer with a full window is alive as long as it answers (section 6.1, A).
        if (!probing && CountError())
            return;
        _rto.BackOff();
        _retransmitDeadline = now + _rto.Timeout;
        _forwardTsnDue |= Serial.Less(LastAcknowledged, _advancedAckPoint);
        if (_flightBytes > 0)
            _window.OnTimeout();

        uint end = _outstanding.Next;
        // The lowest chunk cannot be acknowledged beyond a gap: the peer has forgotten it again.
        for (uint tsn = _outstanding.First; tsn != end && _outstanding[tsn].State == ChunkState.Acknowledged; tsn++)
            MarkLost(tsn);
        for (uint tsn = _outstanding.First; tsn != end; tsn++)
        {
            if (_outstanding[tsn].State == ChunkState.InFlight)
                MarkLost(tsn);
        }
    }
}
