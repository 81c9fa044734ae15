using System.Buffers.Binary;
using Nsn.WebRtc.DataChannels;
using Nsn.WebRtc.Media;
using Nsn.WebRtc.Rtp;
using Nsn.WebRtc.Sctp;
using Nsn.WebRtc.Sessions;

namespace Nsn.WebRtc.Tests;

/// <summary>A session on a virtual network: media, sequence numbers, hanging up, data channels.</summary>
public class SessionTests
{
    [Fact]
    public void video_arrives_complete_and_in_order()
    {
        using VirtualNetwork network = new();
        network.Connect();
        TestVideo.Send(network, frames: 90);
        Assert.Equal(90, network.VideoFrames.Count());
        Assert.Equal(Enumerable.Range(0, 90), network.VideoFrames.Select(frame => BinaryPrimitives.ReadInt32BigEndian(frame.Data.Span[4..])));
        Assert.Equal(0, network.Client.GetStatistics().ReceivedPacketsLost);
    }

    [Theory]
    [InlineData(MediaCodec.Vp8)]
    [InlineData(MediaCodec.Vp9)]
    [InlineData(MediaCodec.H264)]
    public void frames_come_out_as_they_went_in(MediaCodec codec)
    {
        using VirtualNetwork network = new(
            client: options => options with { VideoCodecs = [codec] }, server: options => options with { VideoCodecs = [codec] });
        network.Connect();
        List<byte[]> sent = TestVideo.Send(network, frames: 20, codec: codec);
        Assert.Equal(sent, network.VideoFrames.Select(frame => frame.Data.ToArray()));
        Assert.Equal(codec, network.VideoFrames.First().Codec);
    }

    [Fact]
    public void backlog_brings_a_late_viewer_to_the_present_picture_in_order()
    {
        using VirtualNetwork network = new();
        network.Connect();
        List<MediaFrame> group = [.. Enumerable.Range(0, 30).Select(i => MediaFrame.Create(MediaCodec.Vp8, TestVideo.Frame(i, 2_000), (uint)(i * 3_000), i == 0))];
        network.Server.SendBacklog(group);
        network.RunUntil("thirty frames", () => network.VideoFrames.Count() == 30);
        uint[] timestamps = [.. network.VideoFrames.Select(frame => frame.Timestamp)];
        for (int i = 1; i < timestamps.Length; i++)
        {
            Assert.Equal(90u, timestamps[i] - timestamps[i - 1]);
        }

        // The same frame again, live, is left out; the next one follows.
        network.Server.SendFrame(group[^1]);
        network.Server.SendFrame(MediaFrame.Create(MediaCodec.Vp8, TestVideo.Frame(30, 2_000), 30 * 3_000, isKeyFrame: false));
        network.RunUntil("the next frame", () => network.VideoFrames.Count() >= 31);
        Assert.Equal(31, network.VideoFrames.Count());
    }

    [Fact]
    public void sequence_numbers_wrap_and_the_rollover_counter_follows()
    {
        using VirtualNetwork network = new();
        network.Connect();
        byte[] packet = [1, 2, 3];
        for (int i = 0; i < 70_000; i++)
        {
            network.Server.SendFrame(MediaFrame.Create(MediaCodec.Opus, packet, (uint)(i * 960), isKeyFrame: true));
            if (i % 64 == 0)
            {
                network.Run(0.02);
                network.ClientEvents.Clear();
            }
        }

        network.Run(0.1);
        Assert.Equal(70_000, network.Client.GetStatistics().PacketsReceived);
    }

    [Fact]
    public void replayed_srtp_packet_is_dropped()
    {
        using VirtualNetwork network = new() { RecordToClient = true };
        network.Connect();
        TestVideo.Send(network, frames: 5);
        byte[][] packets = [.. network.ToClient.Where(datagram => datagram[0] is >= 128 and <= 191)];
        Assert.Contains(packets, packet => RtpHeader.IsRtcp(packet));
        foreach (byte[] packet in packets)
        {
            long dropped = network.Client.DatagramsDropped;
            network.Inject([.. packet], toServer: false, VirtualNetwork.ServerAddress);
            Assert.Equal((dropped + 1, "replayed"), (network.Client.DatagramsDropped, network.Client.LastDropReason));
        }

        Assert.Equal(5, network.VideoFrames.Count());
    }

    [Fact]
    public void hanging_up_reaches_the_peer_at_once()
    {
        using VirtualNetwork network = new();
        network.Connect();
        network.Server.Close(network.Now);
        network.RunUntil("client closed", () => network.Client.State == SessionState.Closed, seconds: 0.1);
        Assert.Equal(CloseReason.Peer, network.ClientEvents.OfType<SessionClosed>().Single().Reason);
    }

    [Fact]
    public void data_channels_carry_messages_both_ways_under_loss()
    {
        using VirtualNetwork network = new(seed: 3);
        network.Connect();
        network.Loss = 0.02;
        network.Jitter = TimeSpan.FromMilliseconds(10);
        List<byte[]> got = [];
        List<byte[]> echoed = [];
        network.OnServerEvent = e =>
        {
            if (e is DataChannelMessage message)
            {
                got.Add(message.Data.ToArray());
                Assert.Equal(SctpSendResult.Queued, message.Channel.Send(message.Data, network.Now));
            }
        };
        network.OnClientEvent = e =>
        {
            if (e is DataChannelMessage message)
            {
                echoed.Add(message.Data.ToArray());
            }
        };
        DataChannel channel = network.Client.OpenDataChannel("echo", new DataChannelSettings(), network.Now);
        List<byte[]> sent = [.. Enumerable.Range(0, 40).Select(i => TestVideo.Frame(i, 30_000))];
        foreach (byte[] message in sent)
        {
            Assert.Equal(SctpSendResult.Queued, channel.Send(message, network.Now));
        }

        network.RunUntil("everything came back", () => echoed.Count == sent.Count, seconds: 60);
        Assert.Equal(sent, got);
        Assert.Equal(sent, echoed);
    }
}
