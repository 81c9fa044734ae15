using System.Buffers.Binary;
using Nsn.WebRtc.Congestion;
using Nsn.WebRtc.Rtp;

namespace Nsn.WebRtc.Sessions;

/// <content>What the peer's reports and feedback do.</content>
public sealed partial class WebRtcSession
{
    private static readonly TimeSpan KeyFrameRequestInterval = TimeSpan.FromMilliseconds(300);

    private TimeSpan _lastKeyFrameRequest = TimeSpan.MinValue;
    private RoundTrip _roundTrip;
    private long _nacks;
    private long _pictureLosses;
    private double _fractionLost;
    private long _packetsLost;
    private TimeSpan _jitter;

    /// <summary>Takes a compound packet that was authenticated and decrypted.</summary>
    internal void HandleRtcp(ReadOnlySpan<byte> compound, TimeSpan now)
    {
        RtcpReader reader = new(compound);
        while (reader.MoveNext())
        {
            switch (reader.Type)
            {
                case RtcpType.SenderReport when reader.Body.Length >= 24:
                    HandleSenderReport(reader.Body, now);
                    HandleReportBlocks(reader.Body[24..], reader.Format, now);
                    break;
                case RtcpType.ReceiverReport when reader.Body.Length >= 4:
                    HandleReportBlocks(reader.Body[4..], reader.Format, now);
                    break;
                case RtcpType.TransportFeedback when reader.Body.Length >= 8:
                    HandleTransportFeedback(reader.Format, reader.Body, now);
                    break;
                case RtcpType.PayloadFeedback when reader.Body.Length >= 8:
                    HandlePayloadFeedback(reader.Format, reader.Body, now);
                    break;
            }
        }
    }

    private void HandleReportBlocks(ReadOnlySpan<byte> blocks, int count, TimeSpan now)
    {
        for (int i = 0; i < count && blocks.Length >= 24; i++, blocks = blocks[24..])
        {
            OutgoingTrack? track = FindOutgoing(BinaryPrimitives.ReadUInt32BigEndian(blocks));
            if (track is null)
            {
                continue;
            }

            if (track == _video || _video is null)
            {
                _fractionLost = blocks[4] / 256.0;
                _packetsLost = (BinaryPrimitives.ReadInt32BigEndian(blocks[4..]) << 8) >> 8;
                _jitter = TimeSpan.FromSeconds(BinaryPrimitives.ReadUInt32BigEndian(blocks[12..]) / (double)Media.MediaCodecExtensions.ClockRate(track.Media.Codec));
                NoteLoss(_fractionLost, now);
            }

            uint lastReport = BinaryPrimitives.ReadUInt32BigEndian(blocks[16..]);
            uint delay = BinaryPrimitives.ReadUInt32BigEndian(blocks[20..]);
            if (lastReport != 0)
            {
                uint middle = (uint)(ToNtp(now) >> 16);
                int elapsed = (int)(middle - lastReport - delay);
                if (elapsed is >= 0 and < 65_536 * 10)
                {
                    _roundTrip.Note(TimeSpan.FromSeconds(elapsed / 65_536.0));
                }
            }
        }
    }

    private void HandleTransportFeedback(int format, ReadOnlySpan<byte> body, TimeSpan now)
    {
        if (format == RtcpType.TransportWideFormat)
        {
            HandleTransportWide(body[8..], now);
            return;
        }

        OutgoingTrack? track = format == RtcpType.NackFormat ? FindOutgoing(BinaryPrimitives.ReadUInt32BigEndian(body[4..])) : null;
        if (track is null)
        {
            return;
        }

        for (ReadOnlySpan<byte> pairs = body[8..]; pairs.Length >= 4; pairs = pairs[4..])
        {
            ushort packetId = BinaryPrimitives.ReadUInt16BigEndian(pairs);
            uint mask = ((uint)BinaryPrimitives.ReadUInt16BigEndian(pairs[2..]) << 1) | 1;
            for (int bit = 0; bit <= 16; bit++)
            {
                if ((mask >> bit & 1) != 0)
                {
                    _nacks++;
                    _playoutDelay.NoteLoss(_roundTrip.Most, now);
                    track.RequestRepeat((ushort)(packetId + bit), now, _roundTrip.Usual);
                }
            }
        }
    }

    private void HandlePayloadFeedback(int format, ReadOnlySpan<byte> body, TimeSpan now)
    {
        bool isOurs = format switch
        {
            RtcpType.PictureLossFormat => FindOutgoing(BinaryPrimitives.ReadUInt32BigEndian(body[4..])) is not null,
            RtcpType.FullIntraFormat => body.Length >= 12 && FindOutgoing(BinaryPrimitives.ReadUInt32BigEndian(body[8..])) is not null,
            _ => false,
        };

        if (format == RtcpType.ApplicationFormat)
        {
            HandleRemb(body);
        }

        if (!isOurs)
        {
            return;
        }

        _pictureLosses++;
        if (_lastKeyFrameRequest == TimeSpan.MinValue || now - _lastKeyFrameRequest >= KeyFrameRequestInterval)
        {
            _lastKeyFrameRequest = now;
            _events.Enqueue(new KeyFrameRequested());
        }
    }

    private OutgoingTrack? FindOutgoing(uint ssrc)
    {
        foreach (OutgoingTrack track in _outgoing)
        {
            if (track.Media.Ssrc == ssrc)
            {
                return track;
            }
        }

        return null;
    }
}
