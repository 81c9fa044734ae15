using System.Buffers.Binary;
using Nsn.WebRtc.Media;
using Nsn.WebRtc.Rtp;
using Nsn.WebRtc.Sessions;

namespace Nsn.WebRtc.Tests;

/// <summary>What is lost on the way is asked for again, and what cannot be had any more is replaced by a key frame.</summary>
public class LossTests
{
    [Fact]
    public void two_percent_loss_and_fifty_milliseconds_jitter_lose_no_frame()
    {
        using VirtualNetwork network = new(seed: 7);
        network.Connect();
        network.Loss = 0.02;
        network.Jitter = TimeSpan.FromMilliseconds(50);
        TestVideo.Send(network, frames: 300);
        network.Run(1);
        Assert.Equal(300, network.VideoFrames.Count());
        Assert.True(network.Server.GetStatistics().PacketsRepeated > 0);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void under_two_percent_loss_and_fifty_milliseconds_jitter_every_frame_is_whole_within_300_milliseconds(int seed)
    {
        using VirtualNetwork network = new(seed);
        network.Connect();
        network.Loss = 0.02;
        network.Jitter = TimeSpan.FromMilliseconds(50);
        TimeSpan start = network.Now;
        TimeSpan worst = TimeSpan.Zero;
        network.OnClientEvent = e =>
        {
            if (e is FrameReceived { Frame: { } frame } && frame.Codec.IsVideo())
            {
                TimeSpan sentAt = start + TimeSpan.FromSeconds(BinaryPrimitives.ReadInt32BigEndian(frame.Data.Span[4..]) / 30.0);
                worst = network.Now - sentAt > worst ? network.Now - sentAt : worst;
            }
        };
        TestVideo.Send(network, frames: 300);
        network.Run(1);
        Assert.Equal(300, network.VideoFrames.Count());
        Assert.True(worst < TimeSpan.FromMilliseconds(300), $"the slowest frame took {worst.TotalMilliseconds:F0} ms");
    }

    [Fact]
    public void burst_of_loss_on_a_link_that_loses_some_anyway_does_not_starve_the_stream()
    {
        using VirtualNetwork network = new(seed: 3) { Delay = TimeSpan.FromMilliseconds(20) };
        network.Connect();
        int next = 0;
        Send(2);
        network.Loss = 0.4;
        Send(4);
        network.Loss = 0.04;
        Send(5);
        int before = network.VideoFrames.Count();
        Send(10);
        int frames = network.VideoFrames.Count() - before;
        Assert.True(frames > 285, $"{frames} of 300 frames came; estimate {network.Server.EstimatedBitrate}");

        // 2 Mbit/s, with what the gateway does when the player asks for a key frame: the encoder makes one within half a second.
        void Send(int seconds)
        {
            for (int i = 0; i < seconds * 30; i++, next++)
            {
                byte[] frame = TestVideo.Frame(next, next % 15 == 0 ? 16_000 : 7_800);
                frame[0] = (byte)(next % 15 == 0 ? 0 : 1);
                network.Server.SendFrame(MediaFrame.Create(MediaCodec.Vp8, frame, (uint)(next * 3_000), next % 15 == 0, captureTime: network.Now));
                network.Run(1 / 30.0);
            }
        }
    }

    [Fact]
    public void burst_of_loss_is_answered_by_a_key_frame_request()
    {
        using VirtualNetwork network = new();
        network.Connect();
        TestVideo.Send(network, frames: 10);
        Assert.DoesNotContain(network.ServerEvents, e => e is KeyFrameRequested);
        network.Loss = 1;

        // More than can be asked for again.
        TestVideo.Send(network, frames: 125, first: 10);
        network.Loss = 0;
        TestVideo.Send(network, frames: 10, first: 135);
        network.RunUntil("a key frame request", () => network.ServerEvents.OfType<KeyFrameRequested>().Any());
    }

    [Fact]
    public void what_is_lost_on_both_sides_of_the_wrap_is_repeated()
    {
        using VirtualNetwork network = new(seed: 5);
        network.Connect();
        network.Loss = 0.01;
        int next = 0;

        // The first number lies below 2^15.
        while (next < 70_000)
        {
            for (int i = 0; i < 64; i++, next++)
            {
                byte[] frame = [0, 0, 0, 0x9D, 0x01, 0x2A, 0, 0, 0, 0];
                network.Server.SendFrame(MediaFrame.Create(MediaCodec.Vp8, frame, (uint)(next * 90), isKeyFrame: true, captureTime: network.Now));
            }

            network.Run(0.02);
        }

        network.Run(1);
        Assert.Equal(next, network.VideoFrames.Count());
        Assert.True(network.Server.GetStatistics().PacketsRepeated > 500, "hardly anything was lost");
    }

    [Fact]
    public void peer_that_asks_for_everything_again_and_again_gets_what_its_link_carries()
    {
        using VirtualNetwork network = new() { RecordToClient = true };
        network.Connect();
        TestVideo.Send(network, frames: 30);
        List<ushort> sequences = [];
        uint ssrc = 0;
        foreach (byte[] datagram in network.ToClient.Where(datagram => datagram[0] >> 6 == 2 && datagram.Length > 1_000))
        {
            Assert.True(RtpHeader.TryParse(datagram, out RtpHeader header, out _));
            sequences.Add(header.SequenceNumber);
            ssrc = header.Ssrc;
        }

        network.ToClient.Clear();
        byte[] buffer = new byte[1_200];
        RtcpWriter writer = new(buffer);
        writer.Nack(1, ssrc, [.. sequences.Select(sequence => (sequence, (ushort)0))]);
        long repeated = network.Server.GetStatistics().PacketsRepeated;
        long most = network.Server.EstimatedBitrate;
        for (int i = 0; i < 400; i++)
        {
            network.Server.HandleRtcp(buffer.AsSpan(0, writer.Length), network.Now);
            network.Run(0.01);
            most = Math.Max(most, network.Server.EstimatedBitrate);
        }

        double megabits = network.ToClient.Sum(datagram => datagram.Length) * 8 / 1e6;
        Assert.True(network.Server.GetStatistics().PacketsRepeated - repeated > sequences.Count, "hardly anything was repeated");

        // Four seconds at the rate, and the half of one that may go at once.
        Assert.True(megabits < most / 1e6 * 4.7, $"{megabits:F1} Mbit were repeated in 4 s for a link of {most / 1e6:F1} Mbit/s");

        // What it does not ask for any more is not in the way of what it will ask for next.
        network.Run(0.2);
        repeated = network.Server.GetStatistics().PacketsRepeated;
        network.Run(5);
        Assert.Equal(repeated, network.Server.GetStatistics().PacketsRepeated);
    }
}
