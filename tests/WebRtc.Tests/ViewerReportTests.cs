using System.Buffers.Binary;
using Nsn.WebRtc.Media;
using Nsn.WebRtc.Rtp;

namespace Nsn.WebRtc.Tests;

/// <summary>What a viewer reports (RFC 4585, RFC 5104), byte for byte: our own receiver writes only some of it.</summary>
public class ViewerReportTests
{
    private const uint Viewer = 0x5566_7788;

    [Theory]
    [InlineData(0x0000, 1)]
    [InlineData(0x0001, 2)]
    [InlineData(0x8000, 2)]
    [InlineData(0xFFFF, 17)]
    public void packet_and_each_bit_of_its_mask_is_repeated_once(int mask, int missing)
    {
        using HostilePeer peer = new(1, MediaCodec.Vp8, publishes: false);
        ushort first = SendFrame(peer, packets: 40);
        peer.Advance(TimeSpan.FromMilliseconds(100));
        byte[] request = Feedback(RtcpType.TransportFeedback, RtcpType.NackFormat, peer.Session.VideoSsrc, 4);
        BinaryPrimitives.WriteUInt16BigEndian(request.AsSpan(12), (ushort)(first + 3));
        BinaryPrimitives.WriteUInt16BigEndian(request.AsSpan(14), (ushort)mask);
        peer.SendRtcp(request);
        peer.Advance(TimeSpan.FromMilliseconds(5));
        Assert.Equal((missing, missing), ((int)peer.Session.GetStatistics().NacksReceived, (int)peer.Session.GetStatistics().PacketsRepeated));

        // Asked for by another number of the source, nothing is.
        BinaryPrimitives.WriteUInt32BigEndian(request.AsSpan(8), peer.Session.VideoSsrc + 1);
        peer.Advance(TimeSpan.FromMilliseconds(100));
        peer.SendRtcp(request);
        Assert.Equal(missing, (int)peer.Session.GetStatistics().NacksReceived);
    }

    [Theory]
    [InlineData(RtcpType.PictureLossFormat)]
    [InlineData(RtcpType.FullIntraFormat)]
    public void request_for_a_key_frame_is_passed_on_and_more_of_them_only_after_300_ms(int format)
    {
        using HostilePeer peer = new(2, MediaCodec.Vp8, publishes: false);
        SendFrame(peer, packets: 2);
        int before = peer.KeyFrameRequests;
        byte[] request = KeyFrameRequest(format, peer.Session.VideoSsrc);
        peer.SendRtcp(request);
        Assert.Equal(before + 1, peer.KeyFrameRequests);
        for (int i = 0; i < 5; i++)
        {
            peer.Advance(TimeSpan.FromMilliseconds(59));
            peer.SendRtcp(request);
        }

        Assert.Equal(before + 1, peer.KeyFrameRequests);
        peer.Advance(TimeSpan.FromMilliseconds(5));
        peer.SendRtcp(request);
        Assert.Equal(before + 2, peer.KeyFrameRequests);
        Assert.Equal(7, peer.Session.GetStatistics().PictureLossesReceived);

        // For a source that is not ours, none is.
        peer.Advance(TimeSpan.FromSeconds(1));
        peer.SendRtcp(KeyFrameRequest(format, peer.Session.VideoSsrc + 1));
        Assert.Equal(before + 2, peer.KeyFrameRequests);
    }

    // FIR names the source in its entry and leaves the header's field at zero (RFC 5104 section 4.3.1.1).
    private static byte[] KeyFrameRequest(int format, uint source)
    {
        bool isFull = format == RtcpType.FullIntraFormat;
        byte[] request = Feedback(RtcpType.PayloadFeedback, format, isFull ? 0 : source, isFull ? 8 : 0);
        if (isFull)
        {
            BinaryPrimitives.WriteUInt32BigEndian(request.AsSpan(12), source);
        }

        return request;
    }

    private static byte[] Feedback(int type, int format, uint source, int more)
    {
        byte[] packet = new byte[12 + more];
        packet[0] = (byte)(0x80 | format);
        packet[1] = (byte)type;
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(2), (ushort)((packet.Length / 4) - 1));
        BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(4), Viewer);
        BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(8), source);
        return packet;
    }

    // Sends a key frame; tells the number of its first packet.
    private static ushort SendFrame(HostilePeer peer, int packets)
    {
        peer.Session.SendFrame(MediaFrame.Create(MediaCodec.Vp8, TestVideo.Frame(0, packets * 1_100), 0, isKeyFrame: true, captureTime: peer.Now));
        for (int i = 0; i < 50; i++)
        {
            peer.Advance(TimeSpan.FromMilliseconds(10));
        }

        return peer.FirstVideoSequence ?? throw new InvalidOperationException("No video came.");
    }
}
