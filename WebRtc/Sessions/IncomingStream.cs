using System.Buffers;
using Nsn.WebRtc.Media;
using Nsn.WebRtc.Rtp;
using Nsn.WebRtc.Sdp;

namespace Nsn.WebRtc.Sessions;

/// <summary>
/// One source of the peer's: puts packets in order, asks for missing ones again (NACK), gives up after <see cref="PatienceMax"/> and then needs a key frame.
/// </summary>
internal sealed class IncomingStream(NegotiatedMedia media, uint ssrc, int encoding, LeastDelay wallClock) : IDisposable
{
    private const int Slots = 2_048;
    private const int MissingMax = 256;
    private const int RepeatsMax = 10;

    // The last packets may have been lost and come as repeats first, sent to probe the link; one that claims to be of farther ahead would make all before it too late.
    private const int RepeatAheadMax = 64;
    private static readonly TimeSpan FirstNackDelay = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan PatienceMax = TimeSpan.FromMilliseconds(400);

    private readonly IncomingPacket[] _slots = new IncomingPacket[media.Codec.IsVideo() ? Slots : 1];
    private readonly FrameAssembler _assembler = new(media.Codec);
    private readonly SortedDictionary<ulong, Missing> _missing = [];
    private ulong _next;
    private ulong _highestSeen;
    private bool _synchronised;

    public NegotiatedMedia Media => media;

    public uint Ssrc => ssrc;

    public int Encoding => encoding;

    public ReceptionStatistics Statistics { get; } = new(media.Codec.ClockRate());

    /// <summary>Where its frames belong in time.</summary>
    public CaptureClock CaptureClock { get; } = new(media.Codec.ClockRate(), wallClock);

    public bool NeedsKeyFrame => _assembler is { NeedsKeyFrame: true, IsInKeyFrame: false };

    public TimeSpan LastPictureLoss { get; set; } = TimeSpan.MinValue;

    public long FramesReceived { get; private set; }

    public long PacketsGivenUp { get; private set; }

    public long PacketsRecovered { get; private set; }

    public bool HasMissing => _missing.Count > 0;

    /// <summary>When <see cref="CollectNacks"/> is worth a call.</summary>
    public TimeSpan Deadline { get; private set; } = TimeSpan.MaxValue;

    /// <summary>The index of a repeated packet's original number: the nearest to the newest one.</summary>
    public ulong ExpandSequence(ushort sequence)
    {
        ulong highest = Statistics.Highest;
        ulong candidate = (highest & ~0xFFFFUL) | sequence;
        if (candidate > highest + 0x8000 && candidate >= 0x1_0000)
        {
            return candidate - 0x1_0000;
        }

        return candidate + 0x8000 < highest ? candidate + 0x1_0000 : candidate;
    }

    /// <summary>Takes a packet; whole frames go to <paramref name="emit"/>.</summary>
    public void Handle(ReadOnlySpan<byte> payload, ulong index, uint timestamp, bool marker, TimeSpan now, bool isRepeat, Action<ReceivedFrame> emit)
    {
        if (!isRepeat)
        {
            Statistics.Note(index, timestamp, now);
        }
        else if (index > Statistics.Highest + RepeatAheadMax)
        {
            return;
        }

        if (!media.Codec.IsVideo())
        {
            Deliver(payload, timestamp, marker, now, emit);
            return;
        }

        if (!_synchronised)
        {
            Synchronise(payload, index, timestamp, marker, now, emit);
            return;
        }

        if (index < _next)
        {
            return;
        }

        if (index >= _next + Slots)
        {
            // A jump over everything that we could keep: start over.
            Skip(index);
        }

        if (_missing.Remove(index))
        {
            PacketsRecovered++;
        }
        else
        {
            NoteGap(index, now);
        }

        Store(payload, index, timestamp, marker);
        DeliverInOrder(now, emit);
    }

    /// <summary>The packets to ask for now; gives up on those that are too old.</summary>
    public int CollectNacks(Span<ushort> sequences, TimeSpan now, TimeSpan roundTripTime, Action<ReceivedFrame> emit)
    {
        int count = 0;
        TimeSpan interval = roundTripTime < TimeSpan.FromMilliseconds(20) ? TimeSpan.FromMilliseconds(20) : roundTripTime;
        ulong giveUpTo = 0;
        Deadline = TimeSpan.MaxValue;
        foreach (KeyValuePair<ulong, Missing> pair in _missing)
        {
            Missing missing = pair.Value;
            if (now - missing.Since > PatienceMax || missing.Repeats >= RepeatsMax)
            {
                giveUpTo = pair.Key + 1;
                continue;
            }

            if (now >= missing.NextRequest && count < sequences.Length)
            {
                sequences[count++] = (ushort)pair.Key;
                missing.Repeats++;
                missing.NextRequest = now + interval;
            }

            Deadline = missing.NextRequest < Deadline ? missing.NextRequest : Deadline;
        }

        if (giveUpTo > 0)
        {
            Skip(giveUpTo);
            DeliverInOrder(now, emit);
        }

        return count;
    }

    public void Dispose()
    {
        foreach (ref IncomingPacket slot in _slots.AsSpan())
        {
            Release(ref slot);
        }
    }

    // Packets may come out of order from the very first: the stream starts at the first packet of a key frame, whenever that comes.
    private void Synchronise(ReadOnlySpan<byte> payload, ulong index, uint timestamp, bool marker, TimeSpan now, Action<ReceivedFrame> emit)
    {
        Store(payload, index, timestamp, marker);
        _highestSeen = Math.Max(_highestSeen, index);
        if (!FrameAssembler.StartsKeyFrame(media.Codec, payload))
        {
            return;
        }

        _synchronised = true;
        _next = index;
        for (ulong later = index + 1; later <= _highestSeen && later < index + Slots; later++)
        {
            if (!_slots[later % Slots].IsPresent || _slots[later % Slots].Index != later)
            {
                NoteMissing(later, now);
            }
        }

        DeliverInOrder(now, emit);
    }

    private void Store(ReadOnlySpan<byte> payload, ulong index, uint timestamp, bool marker)
    {
        ref IncomingPacket slot = ref _slots[index % Slots];
        if (slot.IsPresent && slot.Index == index)
        {
            return;
        }

        Release(ref slot);
        slot = new IncomingPacket
        {
            IsPresent = true,
            Index = index,
            Buffer = ArrayPool<byte>.Shared.Rent(Math.Max(1, payload.Length)),
            Length = payload.Length,
            Timestamp = timestamp,
            Marker = marker,
        };
        payload.CopyTo(slot.Buffer);
    }

    private void NoteMissing(ulong index, TimeSpan now)
    {
        TimeSpan due = now + FirstNackDelay;
        _missing[index] = new Missing { Since = now, NextRequest = due };
        Deadline = due < Deadline ? due : Deadline;
    }

    private void NoteGap(ulong index, TimeSpan now)
    {
        for (ulong missing = _highestSeen + 1; missing < index; missing++)
        {
            if (_missing.Count >= MissingMax)
            {
                Skip(index);
                break;
            }

            NoteMissing(missing, now);
        }

        _highestSeen = Math.Max(_highestSeen, index);
    }

    // Everything below an index is given up.
    private void Skip(ulong index)
    {
        int given = 0;
        while (_missing.Count > 0 && _missing.First().Key is ulong first && first < index)
        {
            _missing.Remove(first);
            given++;
        }

        PacketsGivenUp += given;
        ulong end = Math.Min(index, _next + Slots);
        for (; _next < end; _next++)
        {
            Release(ref _slots[_next % Slots]);
        }

        _next = index;

        // Nothing below is missing any more: to ask for it, and to give it up later, would take the stream back to there.
        _highestSeen = index > _highestSeen ? index - 1 : _highestSeen;
        _assembler.NoteLoss();
    }

    private void DeliverInOrder(TimeSpan now, Action<ReceivedFrame> emit)
    {
        while (true)
        {
            ref IncomingPacket slot = ref _slots[_next % Slots];
            if (!slot.IsPresent || slot.Index != _next)
            {
                return;
            }

            Deliver(slot.Buffer.AsSpan(0, slot.Length), slot.Timestamp, slot.Marker, now, emit);
            Release(ref slot);
            _next++;
        }
    }

    private void Deliver(ReadOnlySpan<byte> payload, uint timestamp, bool marker, TimeSpan now, Action<ReceivedFrame> emit)
    {
        // Padding alone (bandwidth probes) carries nothing.
        if (payload.IsEmpty)
        {
            return;
        }

        if (_assembler.TryAdd(payload, timestamp, marker, out byte[] frame, out bool isKeyFrame))
        {
            FramesReceived++;
            emit(new ReceivedFrame(media.Codec, frame, timestamp, isKeyFrame, encoding, now) { CaptureTime = CaptureClock.Map(timestamp, now) });
        }
    }

    private static void Release(ref IncomingPacket slot)
    {
        if (slot.IsPresent)
        {
            ArrayPool<byte>.Shared.Return(slot.Buffer);
            slot = default;
        }
    }

    private sealed class Missing
    {
        public TimeSpan Since;
        public TimeSpan NextRequest;
        public int Repeats;
    }
}
