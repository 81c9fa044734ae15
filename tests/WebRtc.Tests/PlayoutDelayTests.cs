using Nsn.WebRtc.Rtp;

namespace Nsn.WebRtc.Tests;

/// <summary>How much delay players are asked for.</summary>
public class PlayoutDelayTests
{
    [Fact]
    public void players_are_asked_for_more_delay_after_losses_and_step_by_step()
    {
        using VirtualNetwork network = WithPlayoutDelay(TimeSpan.FromMilliseconds(100));
        network.Delay = TimeSpan.FromMilliseconds(40);
        network.Connect();
        TestVideo.Send(network, frames: 60);
        Assert.Equal([10], Delays(network).Distinct());
        network.ToClient.Clear();
        network.Loss = 0.05;
        TestVideo.Send(network, frames: 120, first: 60);
        int[] delays = Delays(network);
        Assert.True(delays.Max() >= 22, $"two round trips of 80 ms and a margin are 220 ms; at most {delays.Max() * 10} ms were asked for");
        int most = 10; // a repeat asks for what was asked for the first time
        Assert.All(delays, delay => most = delay <= most + 1 ? Math.Max(delay, most) : throw new InvalidOperationException($"from {most} to {delay}: the picture stands still"));
        network.Loss = 0;
        network.Run(31);
        network.ToClient.Clear();
        TestVideo.Send(network, frames: 30, first: 180);
        Assert.Equal([10], Delays(network).Distinct());
    }

    [Fact]
    public void players_that_may_show_frames_at_once_are_asked_for_a_delay_only_after_losses()
    {
        using VirtualNetwork network = WithPlayoutDelay(TimeSpan.Zero);
        network.Connect();
        TestVideo.Send(network, frames: 30);
        Assert.Empty(Delays(network));
        network.Loss = 0.2;
        TestVideo.Send(network, frames: 30, first: 30);
        Assert.NotEmpty(Delays(network));
    }

    private static VirtualNetwork WithPlayoutDelay(TimeSpan least) => new(
        server: options => options with { PlayoutDelay = least },
        changeOffer: offer => offer.Replace(
            "a=rtcp-mux\r\n", "a=rtcp-mux\r\na=extmap:9 http://www.webrtc.org/experiments/rtp-hdrext/playout-delay\r\n", StringComparison.Ordinal))
    {
        RecordToClient = true,
    };

    /// <summary>The least delays, in units of 10 ms, of the packets on the wire that name one.</summary>
    private static int[] Delays(VirtualNetwork network)
    {
        Assert.Contains("a=extmap:9 ", network.Answer, StringComparison.Ordinal);
        List<int> delays = [];
        foreach (byte[] datagram in network.ToClient)
        {
            if (datagram[0] >> 6 == 2 && !RtpHeader.IsRtcp(datagram) && RtpHeader.TryParse(datagram, out RtpHeader header, out _) &&
                header.TryGetExtension(datagram, 9, out ReadOnlySpan<byte> value) && value.Length == 3)
            {
                delays.Add((value[0] << 4) | (value[1] >> 4));
            }
        }

        return [.. delays];
    }
}
