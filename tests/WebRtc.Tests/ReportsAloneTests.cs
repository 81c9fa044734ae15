using System.Buffers.Binary;
using Nsn.WebRtc.Media;
using Nsn.WebRtc.Rtp;
using Nsn.WebRtc.Sessions;

namespace Nsn.WebRtc.Tests;

/// <summary>Viewers without transport-wide feedback: receiver reports and REMB are all that tells what their link carries. On virtual time.</summary>
public class ReportsAloneTests
{
    [Fact]
    public void estimate_grows_past_what_is_sent_on_a_link_that_carries_it()
    {
        using VirtualNetwork network = Connect(linkBitsPerSecond: 20_000_000);
        SendFor(network, seconds: 20, bitsPerSecond: 4_000_000);
        Assert.InRange(network.Server.EstimatedBitrate, 4_500_000, 26_000_000);
        Assert.Equal(0, network.Server.GetStatistics().FramesDropped);
    }

    [Fact]
    public void estimate_falls_to_what_comes_through_a_narrow_link()
    {
        using VirtualNetwork network = Connect(linkBitsPerSecond: 1_000_000);
        SendFor(network, seconds: 15, bitsPerSecond: 1_800_000);
        Assert.InRange(network.Server.EstimatedBitrate, 500_000, 1_400_000);
    }

    [Fact]
    public void peers_own_estimate_is_followed_both_ways()
    {
        using VirtualNetwork network = Connect(linkBitsPerSecond: 20_000_000);
        SendFor(network, seconds: 2, bitsPerSecond: 1_000_000);
        network.Server.HandleRtcp(Remb(5_000_000), network.Now);
        Assert.Equal(5_000_000, network.Server.EstimatedBitrate, 50_000d);
        network.Server.HandleRtcp(Remb(700_000), network.Now);
        Assert.Equal(700_000, network.Server.EstimatedBitrate, 10_000d);
        SendFor(network, seconds: 5, bitsPerSecond: 500_000, first: 60);
        Assert.Equal(700_000, network.Server.EstimatedBitrate, 10_000d);
    }

    [Theory]
    [InlineData(5_000_000, 2, 2)]
    [InlineData(1_000_000, 0, 1)]
    public void viewer_of_a_simulcast_comes_to_the_encoding_that_its_link_carries(long linkBitsPerSecond, int least, int most)
    {
        long[] rates = [150_000, 500_000, 2_300_000];
        using VirtualNetwork network = Connect(linkBitsPerSecond);
        int[] secondsAt = new int[3];
        for (int i = 0; i < 90 * 30; i++)
        {
            for (int encoding = 0; encoding < rates.Length; encoding++)
            {
                byte[] bytes = new byte[rates[encoding] / 8 / 30];
                bytes[0] = (byte)(i % 30 == 0 ? 0 : 1);
                network.Server.SendFrame(MediaFrame.Create(MediaCodec.Vp8, bytes, (uint)(i * 3_000), i % 30 == 0, encoding, network.Now));
            }

            if (i % 6 == 0)
            {
                network.Server.ChooseEncoding(rates, network.Now);
            }

            network.Run(1 / 30.0);
            secondsAt[network.Server.CurrentEncoding] += i >= 30 * 30 && i % 30 == 0 ? 1 : 0;
        }

        // Trials of the larger one are allowed for, as long as they are few.
        int within = secondsAt[least..(most + 1)].Sum();
        Assert.True(within >= 45, $"in the last minute {string.Join(", ", secondsAt)} s at each encoding, estimate {network.Server.EstimatedBitrate}");
    }

    private static VirtualNetwork Connect(long linkBitsPerSecond)
    {
        VirtualNetwork network = new(changeOffer: WithoutTransportFeedback) { LinkBitsPerSecond = linkBitsPerSecond, Delay = TimeSpan.FromMilliseconds(20) };
        network.Connect();
        return network;
    }

    private static string WithoutTransportFeedback(string offer)
    {
        string[] lines = offer.Split("\r\n");
        string[] kept = [.. lines.Where(line => !line.Contains("transport-cc", StringComparison.Ordinal) && !line.Contains("transport-wide-cc", StringComparison.Ordinal))];
        Assert.True(kept.Length < lines.Length, "the offer had no transport-wide feedback to begin with");
        return string.Join("\r\n", kept);
    }

    private static void SendFor(VirtualNetwork network, int seconds, int bitsPerSecond, int first = 0)
    {
        for (int i = first; i < first + (seconds * 30); i++)
        {
            byte[] frame = TestVideo.Frame(i, bitsPerSecond / 8 / 30);
            network.Server.SendFrame(MediaFrame.Create(MediaCodec.Vp8, frame, (uint)(i * 3_000), i % 30 == 0, captureTime: network.Now));
            network.Run(1 / 30.0);
        }
    }

    private static byte[] Remb(int bitsPerSecond)
    {
        byte[] packet = new byte[24];
        packet[0] = 0x80 | RtcpType.ApplicationFormat;
        packet[1] = 206;
        packet[3] = 5;
        "REMB"u8.CopyTo(packet.AsSpan(12));
        int exponent = 0;
        while (bitsPerSecond >> exponent > 0x3_FFFF)
        {
            exponent++;
        }

        BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(16), 0x0100_0000u | ((uint)exponent << 18) | (uint)(bitsPerSecond >> exponent));
        return packet;
    }
}
