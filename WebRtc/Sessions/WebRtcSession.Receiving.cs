using System.Buffers.Binary;
using System.Text;
using Nsn.WebRtc.Congestion;
using Nsn.WebRtc.Media;
using Nsn.WebRtc.Rtp;
using Nsn.WebRtc.Sdp;

namespace Nsn.WebRtc.Sessions;

/// <content>Receiving media: sources, NACK, PLI, receiver reports, transport-wide feedback.</content>
public sealed partial class WebRtcSession
{
    private const int StreamsMax = 16;
    private static readonly TimeSpan PictureLossInterval = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan FeedbackInterval = TimeSpan.FromMilliseconds(50);

    private readonly Dictionary<uint, IncomingStream> _incoming = [];
    private readonly LeastDelay _peerWallClock = new();
    private readonly TransportFeedbackRecorder _feedback = new();
    private Action<ReceivedFrame>? _emit;
    private TimeSpan _nextFeedback = TimeSpan.MaxValue;
    private uint _lastMediaSsrc;

    /// <summary>Asks the peer for a key frame (PLI), at most twice a second; for a WHIP source whose viewers need one.</summary>
    public void RequestKeyFrame(TimeSpan now)
    {
        foreach (IncomingStream stream in _incoming.Values.Where(stream => stream.Media.Codec.IsVideo()))
        {
            SendPictureLoss(stream, now);
        }
    }

    private bool HandleRtp(ReadOnlySpan<byte> packet, in RtpHeader header, ulong index, TimeSpan now)
    {
        int padding = header.HasPadding && packet.Length > header.Length ? packet[^1] : 0;
        if (padding > packet.Length - header.Length)
        {
            return Drop("more padding than payload");
        }

        ReadOnlySpan<byte> payload = packet[header.Length..^padding];
        byte payloadType = header.PayloadType;
        NegotiatedMedia? media = FindReceived(payloadType);
        if (media is null)
        {
            return Drop("an unknown payload type");
        }

        if (header.TryGetExtension(packet, media.Extensions.TransportSequence, out ReadOnlySpan<byte> value) && value.Length == 2)
        {
            _feedback.Note(BinaryPrimitives.ReadUInt16BigEndian(value), now);
            _nextFeedback = Min(_nextFeedback, now + FeedbackInterval);
        }

        _emit ??= frame => _events.Enqueue(new FrameReceived(frame));
        if (media.Rtx?.PayloadType == header.PayloadType)
        {
            return HandleRepeat(packet, payload, header, media, now);
        }

        IncomingStream? stream = FindStream(packet, header, media);
        if (stream is null)
        {
            return Drop("too many sources");
        }

        _lastMediaSsrc = header.Ssrc;
        stream.Handle(payload, index, header.Timestamp, header.Marker, now, isRepeat: false, _emit);
        if (stream.NeedsKeyFrame && !stream.HasMissing)
        {
            SendPictureLoss(stream, now);
        }

        return true;
    }

    private NegotiatedMedia? FindReceived(byte payloadType)
    {
        foreach (NegotiatedMedia media in _negotiated)
        {
            if (media.CanReceive && (media.RtpCodec?.PayloadType == payloadType || media.Rtx?.PayloadType == payloadType))
            {
                return media;
            }
        }

        return null;
    }

    // RFC 4588: the first two bytes are the original sequence number.
    private bool HandleRepeat(ReadOnlySpan<byte> packet, ReadOnlySpan<byte> payload, in RtpHeader header, NegotiatedMedia media, TimeSpan now)
    {
        IncomingStream? stream = null;
        if (media.RemoteRtxToPrimary.TryGetValue(header.Ssrc, out uint primary))
        {
            _incoming.TryGetValue(primary, out stream);
        }
        else if (header.TryGetExtension(packet, media.Extensions.RepairedRid, out ReadOnlySpan<byte> rid))
        {
            int encoding = IndexOfRid(media, rid);
            stream = _incoming.Values.FirstOrDefault(candidate => candidate.Media == media && candidate.Encoding == encoding);
            if (stream is not null)
            {
                media.RemoteRtxToPrimary.TryAdd(header.Ssrc, stream.Ssrc);
            }
        }
        else
        {
            stream = _incoming.Values.FirstOrDefault(candidate => candidate.Media == media);
        }

        if (stream is null || payload.Length < 3)
        {
            return true;
        }

        ulong index = stream.ExpandSequence(BinaryPrimitives.ReadUInt16BigEndian(payload));
        stream.Handle(payload[2..], index, header.Timestamp, header.Marker, now, isRepeat: true, _emit!);
        return true;
    }

    private IncomingStream? FindStream(ReadOnlySpan<byte> packet, in RtpHeader header, NegotiatedMedia media)
    {
        if (_incoming.TryGetValue(header.Ssrc, out IncomingStream? stream))
        {
            return stream;
        }

        if (_incoming.Count >= StreamsMax)
        {
            return null;
        }

        int encoding = header.TryGetExtension(packet, media.Extensions.Rid, out ReadOnlySpan<byte> rid) ? IndexOfRid(media, rid) : 0;
        stream = new IncomingStream(media, header.Ssrc, encoding, _peerWallClock);
        _incoming.Add(header.Ssrc, stream);
        return stream;
    }

    private static int IndexOfRid(NegotiatedMedia media, ReadOnlySpan<byte> rid)
    {
        string name = Encoding.ASCII.GetString(rid[..Math.Min(rid.Length, 32)]);
        for (int i = 0; i < media.RemoteRids.Count; i++)
        {
            if (media.RemoteRids[i] == name)
            {
                return i;
            }
        }

        return 0;
    }

    private void HandleSenderReport(ReadOnlySpan<byte> body, TimeSpan now)
    {
        if (_incoming.TryGetValue(BinaryPrimitives.ReadUInt32BigEndian(body), out IncomingStream? stream))
        {
            ulong ntpTime = BinaryPrimitives.ReadUInt64BigEndian(body[4..]);
            stream.Statistics.NoteSenderReport(ntpTime, now);
            stream.CaptureClock.NoteSenderReport(ntpTime, BinaryPrimitives.ReadUInt32BigEndian(body[12..]));
        }
    }

    private void WriteReceiverReports(ref RtcpWriter writer, TimeSpan now)
    {
        if (_incoming.Count == 0)
        {
            return;
        }

        Span<byte> blocks = stackalloc byte[24 * StreamsMax];
        int count = 0;
        foreach (IncomingStream stream in _incoming.Values)
        {
            stream.Statistics.WriteBlock(blocks[(24 * count++)..], stream.Ssrc, now);
        }

        writer.ReceiverReport(LocalSsrc, blocks[..(24 * count)]);
    }

    private uint LocalSsrc => _negotiated.Find(media => media.Ssrc != 0)?.Ssrc ?? 1;

    private TimeSpan IncomingDeadline()
    {
        TimeSpan deadline = _nextFeedback;
        foreach (IncomingStream stream in _incoming.Values)
        {
            deadline = Min(deadline, stream.Deadline);
        }

        return deadline;
    }

    private void HandleIncomingTimeout(TimeSpan now)
    {
        foreach (IncomingStream stream in _incoming.Values)
        {
            if (now >= stream.Deadline)
            {
                SendNacks(stream, now);
            }
        }

        if (now >= _nextFeedback)
        {
            _nextFeedback = TimeSpan.MaxValue;
            SendTransportFeedback();
        }
    }

    private void SendTransportFeedback()
    {
        Span<byte> feedback = stackalloc byte[900];
        Span<byte> buffer = stackalloc byte[DatagramMax];
        while (_feedback.TryWrite(feedback, out int length))
        {
            RtcpWriter writer = new(buffer[..1_200]);
            writer.TransportWide(LocalSsrc, _lastMediaSsrc, feedback[..length]);
            SendRtcp(buffer, writer.Length);
        }
    }

    private void SendNacks(IncomingStream stream, TimeSpan now)
    {
        Span<ushort> sequences = stackalloc ushort[128];
        int count = stream.CollectNacks(sequences, now, _roundTrip.Usual, _emit!);
        if (stream.NeedsKeyFrame && !stream.HasMissing)
        {
            SendPictureLoss(stream, now);
        }

        if (count == 0 || !stream.Media.SupportsNack)
        {
            return;
        }

        Span<(ushort PacketId, ushort Mask)> pairs = stackalloc (ushort, ushort)[128];
        int pairCount = 0;
        for (int i = 0; i < count; i++)
        {
            int distance = pairCount == 0 ? 0 : (ushort)(sequences[i] - pairs[pairCount - 1].PacketId);
            if (pairCount > 0 && distance is >= 1 and <= 16)
            {
                pairs[pairCount - 1].Mask |= (ushort)(1 << (distance - 1));
            }
            else
            {
                pairs[pairCount++] = (sequences[i], 0);
            }
        }

        Span<byte> buffer = stackalloc byte[DatagramMax];
        RtcpWriter writer = new(buffer[..1_200]);
        writer.Nack(LocalSsrc, stream.Ssrc, pairs[..pairCount]);
        NacksSent += count;
        SendRtcp(buffer, writer.Length);
    }

    /// <summary>How many packets we asked the peer to repeat.</summary>
    public long NacksSent { get; private set; }

    private void SendPictureLoss(IncomingStream stream, TimeSpan now)
    {
        if (!stream.Media.SupportsPictureLoss || (stream.LastPictureLoss != TimeSpan.MinValue && now - stream.LastPictureLoss < PictureLossInterval))
        {
            return;
        }

        stream.LastPictureLoss = now;
        Span<byte> buffer = stackalloc byte[256];
        RtcpWriter writer = new(buffer);
        writer.PictureLoss(LocalSsrc, stream.Ssrc);
        SendRtcp(buffer, writer.Length);
    }
}
