using System.Buffers.Binary;
using System.Text;
using Nsn.WebRtc.Media;
using Nsn.WebRtc.Rtp;
using Nsn.WebRtc.Sdp;
using Nsn.WebRtc.Srtp;

namespace Nsn.WebRtc.Sessions;

/// <summary>One track that we send to one peer: numbers the packets of shared frames, writes headers, remembers what it sent.</summary>
/// <remarks>It holds every frame from <see cref="Enqueue"/> until its last packet leaves the history, so that a repeat is made of the same bytes.</remarks>
internal sealed class OutgoingTrack : IDisposable
{
    /// <summary>Most frames that wait.</summary>
    public const int QueuedFramesMax = 512;

    private const int PacketsWithMid = 32;
    private static readonly TimeSpan RepeatIntervalMin = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan RepeatIntervalMax = TimeSpan.FromMilliseconds(40);
    private static readonly TimeSpan RepeatAgeMax = TimeSpan.FromMilliseconds(100);

    private readonly SentPacket[] _history;
    private readonly Queue<QueuedFrame> _frames = new();
    private readonly Queue<ulong> _repeats = new();
    private readonly byte[] _mid;
    private readonly uint _timestampOffset;
    private ulong _nextIndex;
    private ulong _repeatableFrom;
    private ulong _nextRtxIndex;
    private int _nextPacketOfFrame;
    private int _pictureId;
    private int _packetsWithMid;
    private uint? _newestSource;

    public OutgoingTrack(NegotiatedMedia media, IRandomSource random)
    {
        Media = media;
        _mid = Encoding.UTF8.GetBytes(media.Mid);
        _history = new SentPacket[media.Codec.IsVideo() ? 1_024 : 128];
        Span<byte> bytes = stackalloc byte[10];
        random.Fill(bytes);

        // The first number lies below 2^15 so that a receiver's guess of the rollover counter cannot be off (RFC 3711 section 3.3.1).
        _nextIndex = (ulong)(BinaryPrimitives.ReadUInt16BigEndian(bytes) & 0x7FFF);
        _nextRtxIndex = (ulong)(BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]) & 0x7FFF);
        _timestampOffset = BinaryPrimitives.ReadUInt32BigEndian(bytes[4..]);
        _pictureId = BinaryPrimitives.ReadUInt16BigEndian(bytes[8..]) & 0x7FFF;
    }

    public NegotiatedMedia Media { get; }

    public bool HasWork => _frames.Count > 0 || _repeats.Count > 0;

    public bool HasFrames => _frames.Count > 0;

    public bool HasRepeats => _repeats.Count > 0;

    /// <summary>True if old packets can go out again as padding: with numbers of their own (RTX), and feedback about them.</summary>
    public bool CanPad => Media.Rtx is not null && Media.Extensions.TransportSequence > 0 && PacketsSent > 0;

    /// <summary>What the playout-delay extension asks for, in units of 10 ms.</summary>
    public int MinimumDelayUnits { get; set; }

    public long PaddingPackets { get; private set; }

    /// <summary>Payload bytes that wait.</summary>
    public long QueuedBytes { get; private set; }

    /// <summary>True until the first key frame was queued, and after frames were thrown away.</summary>
    public bool NeedsKeyFrame { get; set; } = true;

    /// <summary>The source timestamp of the newest queued frame; null before the first.</summary>
    public uint? LastTimestamp { get; private set; }

    public long PacketsSent { get; private set; }

    public long BytesSent { get; private set; }

    public long PacketsRepeated { get; private set; }

    public long PacketsNotInHistory { get; private set; }

    public long FramesSent { get; private set; }

    public long FramesDropped { get; private set; }

    /// <summary>The newest frame's place on both time lines, for sender reports.</summary>
    public (uint RtpTimestamp, TimeSpan CaptureTime)? TimeReference { get; private set; }

    /// <summary>Queues a frame. Video starts, and goes on after a loss of our own, only at a key frame.</summary>
    public void Enqueue(MediaFrame frame, uint timestamp, bool isLive)
    {
        // A live frame that a backlog brought already, or one that came out of order; a jump of more than ten seconds is a new time line.
        if (isLive && _newestSource is { } newest && (int)(newest - frame.Timestamp) is int age && age >= 0 && age < 10 * Media.Codec.ClockRate())
        {
            return;
        }

        // An access unit without anything to send.
        if (frame.PacketCount == 0)
        {
            return;
        }

        if (_frames.Count >= QueuedFramesMax)
        {
            DropQueue();
        }

        if (NeedsKeyFrame && !frame.IsKeyFrame)
        {
            FramesDropped++;
            return;
        }

        NeedsKeyFrame = false;
        _newestSource = frame.Timestamp;
        _pictureId = (_pictureId + 1) & 0x7FFF;
        frame.Hold();
        _frames.Enqueue(new QueuedFrame(frame, timestamp + _timestampOffset, _pictureId));
        QueuedBytes += frame.Length;
        LastTimestamp = timestamp;
        if (isLive)
        {
            TimeReference = (timestamp + _timestampOffset, frame.CaptureTime);
        }
    }

    /// <summary>Throws away what waits: the link is too slow for it. The next frame must be a key frame.</summary>
    public void DropQueue()
    {
        // A frame that is half sent goes out whole, so that its end does not look like loss.
        QueuedFrame? halfSent = _nextPacketOfFrame > 0 ? _frames.Dequeue() : null;
        FramesDropped += _frames.Count;
        ReleaseQueue();
        if (halfSent is { } kept)
        {
            _frames.Enqueue(kept);
            QueuedBytes = kept.Frame.Length;
        }

        NeedsKeyFrame = Media.Codec.IsVideo();
    }

    /// <summary>Throws away what waits before the newest key frame, if one waits.</summary>
    /// <returns>True if one does.</returns>
    public bool TrySkipToKeyFrame()
    {
        int position = 0;
        int newest = -1;
        foreach (QueuedFrame queued in _frames)
        {
            newest = queued.Frame.IsKeyFrame ? position : newest;
            position++;
        }

        if (newest < 0)
        {
            return false;
        }

        // A frame that is half sent goes out whole.
        QueuedFrame? halfSent = _nextPacketOfFrame > 0 && newest > 0 ? _frames.Dequeue() : null;
        for (int i = halfSent is null ? 0 : 1; i < newest; i++)
        {
            QueuedFrame stale = _frames.Dequeue();
            QueuedBytes -= stale.Frame.Length;
            stale.Frame.Release();
            FramesDropped++;
        }

        if (halfSent is { } kept)
        {
            QueuedFrame[] rest = [.. _frames];
            _frames.Clear();
            _frames.Enqueue(kept);
            foreach (QueuedFrame queued in rest)
            {
                _frames.Enqueue(queued);
            }
        }

        return true;
    }

    /// <summary>What was sent so far is not repeated any more: a key frame takes its place, and must not wait behind it.</summary>
    public void ForgetSent()
    {
        _repeatableFrom = _nextIndex;
        foreach (ulong index in _repeats)
        {
            _history[index % (ulong)_history.Length].WaitsForRepeat = false;
        }

        _repeats.Clear();
    }

    /// <summary>The peer misses a packet.</summary>
    public void RequestRepeat(ushort sequence, TimeSpan now, TimeSpan roundTripTime)
    {
        ulong index = (_nextIndex & ~0xFFFFUL) | sequence;
        index = index >= _nextIndex ? index - 0x1_0000 : index;
        ref SentPacket packet = ref _history[index % (ulong)_history.Length];
        if (packet.Frame is null || packet.Index != index || index < _repeatableFrom)
        {
            PacketsNotInHistory++;
            return;
        }

        // The peer asks again after what it takes for the round trip. Our own measure may be longer, and then its second request must not be taken for an
        // echo of the first: a packet whose repeat was lost, too, would wait for the third. So only what comes in quick succession is one request.
        TimeSpan half = roundTripTime / 2;
        TimeSpan interval = half < RepeatIntervalMin ? RepeatIntervalMin : half > RepeatIntervalMax ? RepeatIntervalMax : half;
        if (now - packet.LastSent >= interval && _repeats.Count < _history.Length)
        {
            packet.LastSent = now;
            if (!packet.WaitsForRepeat)
            {
                packet.WaitsForRepeat = true;
                _repeats.Enqueue(index);
            }
        }
    }

    /// <summary>Writes and protects the next packet; of the frames, once no repeat is due any more.</summary>
    /// <param name="packet">At least 1,280 bytes.</param>
    /// <param name="srtp">The cipher.</param>
    /// <param name="transportSequence">The session's transport-wide number; counted on if it was used.</param>
    /// <param name="now">For the history.</param>
    /// <param name="mayRepeat">False if only packets of frames may go now.</param>
    /// <param name="usedTransportSequence">True if the packet carries a fresh transport-wide number.</param>
    /// <returns>Its length; 0 if there is none.</returns>
    public int Poll(Span<byte> packet, SrtpSender srtp, ref ushort transportSequence, TimeSpan now, bool mayRepeat, out bool usedTransportSequence)
    {
        while (mayRepeat && _repeats.TryDequeue(out ulong index))
        {
            ref SentPacket sent = ref _history[index % (ulong)_history.Length];
            if (sent.Index != index || sent.Frame is null)
            {
                continue;
            }

            // What the peer has not asked for again meanwhile it has given up, or will ask for: fresh requests are of more use where there are more than can be served.
            sent.WaitsForRepeat = false;
            if (now - sent.LastSent <= RepeatAgeMax)
            {
                PacketsRepeated++;
                return Repeat(packet, srtp, ref sent, ref transportSequence, now, out usedTransportSequence);
            }
        }

        usedTransportSequence = false;
        if (!_frames.TryPeek(out QueuedFrame queued))
        {
            return 0;
        }

        ref SentPacket entry = ref _history[_nextIndex % (ulong)_history.Length];
        if (entry.IsLast)
        {
            entry.Frame!.Release();
        }

        entry = new SentPacket
        {
            Frame = queued.Frame,
            PacketIndex = _nextPacketOfFrame,
            IsLast = _nextPacketOfFrame == queued.Frame.PacketCount - 1,
            Index = _nextIndex,
            Timestamp = queued.Timestamp,
            PictureId = queued.PictureId,
            AbsoluteSendTime = ToAbsoluteSendTime(now),
            HasMid = Media.Extensions.Mid > 0 && _packetsWithMid < PacketsWithMid,
            MinimumDelayUnits = Media.Extensions.PlayoutDelay > 0 ? MinimumDelayUnits : 0,
            LastSent = now,
        };
        if (Media.Extensions.TransportSequence > 0)
        {
            entry.TransportSequence = transportSequence++;
            usedTransportSequence = true;
        }

        _packetsWithMid += entry.HasMid ? 1 : 0;
        _nextIndex++;
        _nextPacketOfFrame++;
        if (entry.IsLast)
        {
            _frames.Dequeue();
            QueuedBytes -= queued.Frame.Length;
            _nextPacketOfFrame = 0;
            FramesSent++;
        }

        int payloadLength = queued.Frame.Payload(entry.PacketIndex).Length;
        PacketsSent++;
        BytesSent += payloadLength;
        return Write(packet, srtp, entry, Media.RtpCodec!.PayloadType, Media.Ssrc, entry.Index, isRtx: false);
    }

    /// <summary>Sends one of the last packets once more under a number of its own; a receiver knows it already and drops it. 0 if there is none.</summary>
    public int PollPadding(Span<byte> packet, SrtpSender srtp, ref ushort transportSequence, TimeSpan now)
    {
        if (!CanPad)
        {
            return 0;
        }

        ref SentPacket largest = ref _history[(_nextIndex - 1) % (ulong)_history.Length];
        for (ulong back = 2; back <= 16; back++)
        {
            ref SentPacket candidate = ref _history[(_nextIndex - back) % (ulong)_history.Length];
            if (candidate.Frame is not null && candidate.Index == _nextIndex - back &&
                candidate.Frame.Payload(candidate.PacketIndex).Length > largest.Frame!.Payload(largest.PacketIndex).Length)
            {
                largest = ref candidate;
            }
        }

        PaddingPackets++;
        return Repeat(packet, srtp, ref largest, ref transportSequence, now, out _);
    }

    /// <summary>Lets go of all frames. Nothing can be sent after it.</summary>
    public void Dispose()
    {
        ReleaseQueue();
        foreach (ref SentPacket packet in _history.AsSpan())
        {
            if (packet.IsLast)
            {
                packet.Frame!.Release();
            }

            packet = default;
        }
    }

    private void ReleaseQueue()
    {
        while (_frames.TryDequeue(out QueuedFrame queued))
        {
            queued.Frame.Release();
        }

        QueuedBytes = 0;
    }

    private int Repeat(
        Span<byte> packet, SrtpSender srtp, ref SentPacket sent, ref ushort transportSequence, TimeSpan now, out bool usedTransportSequence)
    {
        usedTransportSequence = false;
        if (Media.Rtx is null)
        {
            return Write(packet, srtp, sent, Media.RtpCodec!.PayloadType, Media.Ssrc, sent.Index, isRtx: false);
        }

        SentPacket copy = sent;
        copy.AbsoluteSendTime = ToAbsoluteSendTime(now);
        copy.HasMid = Media.Extensions.Mid > 0 && PacketsRepeated < PacketsWithMid;
        if (Media.Extensions.TransportSequence > 0)
        {
            copy.TransportSequence = transportSequence++;
            usedTransportSequence = true;
        }

        return Write(packet, srtp, copy, Media.Rtx.PayloadType, Media.RtxSsrc, _nextRtxIndex++, isRtx: true);
    }

    private int Write(Span<byte> packet, SrtpSender srtp, in SentPacket entry, byte payloadType, uint ssrc, ulong index, bool isRtx)
    {
        MediaFrame frame = entry.Frame!;
        int headerLength = WriteExtensions(packet, entry);
        bool marker = Media.Codec.IsVideo() && entry.IsLast;
        RtpHeader.Write(packet, headerLength > RtpHeader.FixedLength, marker, payloadType, (ushort)index, entry.Timestamp, ssrc);
        int offset = headerLength;
        if (isRtx)
        {
            BinaryPrimitives.WriteUInt16BigEndian(packet[offset..], (ushort)entry.Index);
            offset += 2;
        }

        ReadOnlySpan<byte> payload = frame.Payload(entry.PacketIndex);
        payload.CopyTo(packet[offset..]);
        switch (Media.Codec)
        {
            case MediaCodec.Vp8:
                Vp8Payload.SetPictureId(packet[offset..], entry.PictureId);
                break;
            case MediaCodec.Vp9:
                Vp9Payload.SetPictureId(packet[offset..], entry.PictureId);
                break;
        }

        return srtp.ProtectRtp(packet, headerLength, offset + payload.Length, index);
    }

    // One-byte form (RFC 8285): id and length - 1, then the data, padded with zeros to a multiple of four.
    private int WriteExtensions(Span<byte> packet, in SentPacket entry)
    {
        RtpExtensionIds ids = Media.Extensions;
        int start = RtpHeader.FixedLength + 4;
        int offset = start;
        if (ids.TransportSequence > 0)
        {
            packet[offset] = (byte)((ids.TransportSequence << 4) | 1);
            BinaryPrimitives.WriteUInt16BigEndian(packet[(offset + 1)..], entry.TransportSequence);
            offset += 3;
        }

        if (ids.AbsoluteSendTime > 0)
        {
            packet[offset] = (byte)((ids.AbsoluteSendTime << 4) | 2);
            packet[offset + 1] = (byte)(entry.AbsoluteSendTime >> 16);
            packet[offset + 2] = (byte)(entry.AbsoluteSendTime >> 8);
            packet[offset + 3] = (byte)entry.AbsoluteSendTime;
            offset += 4;
        }

        if (entry.MinimumDelayUnits > 0)
        {
            // Twelve bits for the least and twelve for the greatest delay (all ones: no limit), in units of 10 ms.
            packet[offset] = (byte)((ids.PlayoutDelay << 4) | 2);
            packet[offset + 1] = (byte)(entry.MinimumDelayUnits >> 4);
            packet[offset + 2] = (byte)((entry.MinimumDelayUnits << 4) | 0xF);
            packet[offset + 3] = 0xFF;
            offset += 4;
        }

        if (entry.HasMid && _mid.Length is > 0 and <= 16)
        {
            packet[offset] = (byte)((ids.Mid << 4) | (_mid.Length - 1));
            _mid.CopyTo(packet[(offset + 1)..]);
            offset += 1 + _mid.Length;
        }

        if (offset == start)
        {
            return RtpHeader.FixedLength;
        }

        while ((offset - start) % 4 != 0)
        {
            packet[offset++] = 0;
        }

        BinaryPrimitives.WriteUInt16BigEndian(packet[RtpHeader.FixedLength..], 0xBEDE);
        BinaryPrimitives.WriteUInt16BigEndian(packet[(RtpHeader.FixedLength + 2)..], (ushort)((offset - start) / 4));
        return offset;
    }

    private static uint ToAbsoluteSendTime(TimeSpan now) => (uint)(now.Ticks % (64 * TimeSpan.TicksPerSecond) * (1 << 18) / TimeSpan.TicksPerSecond) & 0xFF_FFFF;

    private readonly record struct QueuedFrame(MediaFrame Frame, uint Timestamp, int PictureId);
}
