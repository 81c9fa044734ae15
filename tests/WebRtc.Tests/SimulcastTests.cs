using Nsn.WebRtc.Media;
using Nsn.WebRtc.Sessions;

namespace Nsn.WebRtc.Tests;

/// <summary>Three encodings of 150, 500 and 1,700 kbit/s over links of different width, on virtual time.</summary>
public class SimulcastTests
{
    private static readonly long[] Rates = [150_000, 500_000, 1_700_000];

    [Fact]
    public void viewer_with_a_good_link_climbs_to_the_best_encoding_and_stays()
    {
        using Broadcast broadcast = new(linkBitsPerSecond: 5_000_000);
        broadcast.Run(15);
        Assert.Equal(2, broadcast.Viewer.CurrentEncoding);
        int switches = broadcast.Viewer.EncodingSwitches;
        broadcast.Run(25);
        Assert.Equal(switches, broadcast.Viewer.EncodingSwitches);
        Assert.Equal(0, broadcast.Network.Client.GetStatistics().ReceivedPacketsLost);
    }

    [Fact]
    public void viewer_with_a_narrow_link_stays_at_the_encoding_that_fits()
    {
        using Broadcast broadcast = new(linkBitsPerSecond: 1_000_000);
        broadcast.Run(15);
        Assert.Equal(1, broadcast.Viewer.CurrentEncoding);
        int switches = broadcast.Viewer.EncodingSwitches;
        long frames = broadcast.FramesReceived;
        broadcast.Run(25);
        Assert.Equal(1, broadcast.Viewer.CurrentEncoding);
        Assert.Equal(switches, broadcast.Viewer.EncodingSwitches);
        Assert.True(broadcast.FramesReceived - frames > 725, $"{broadcast.FramesReceived - frames} of 750 frames arrived");
    }

    [Fact]
    public void viewer_steps_down_when_the_link_shrinks_and_up_again_when_it_recovers()
    {
        using Broadcast broadcast = new(linkBitsPerSecond: 5_000_000);
        broadcast.Run(15);
        Assert.Equal(2, broadcast.Viewer.CurrentEncoding);
        broadcast.Network.LinkBitsPerSecond = 800_000;
        broadcast.RunUntil("a smaller encoding", () => broadcast.Viewer.CurrentEncoding < 2, seconds: 5);
        broadcast.Run(15);
        Assert.True(broadcast.Viewer.CurrentEncoding < 2, "the viewer went back up on a link that does not carry it");
        broadcast.Network.LinkBitsPerSecond = 5_000_000;
        broadcast.RunUntil("the best encoding again", () => broadcast.Viewer.CurrentEncoding == 2, seconds: 90);
    }

    [Fact]
    public void encoding_that_was_set_by_hand_is_left_alone()
    {
        using Broadcast broadcast = new(linkBitsPerSecond: 5_000_000);
        broadcast.Viewer.TargetEncoding = 1;
        broadcast.Run(15);
        Assert.Equal(1, broadcast.Viewer.CurrentEncoding);
        Assert.Equal(0, broadcast.Viewer.Probes);
    }

    [Fact]
    public void timestamps_never_go_back_when_the_encoding_changes()
    {
        using Broadcast broadcast = new(linkBitsPerSecond: 5_000_000);
        broadcast.Run(15);
        Assert.True(broadcast.Viewer.EncodingSwitches >= 2);
        uint[] timestamps = [.. broadcast.Network.VideoFrames.Select(frame => frame.Timestamp)];
        for (int i = 1; i < timestamps.Length; i++)
        {
            Assert.True((int)(timestamps[i] - timestamps[i - 1]) > 0, $"frame {i} goes from {timestamps[i - 1]} to {timestamps[i]}");
        }
    }

    [Fact]
    public void encodings_with_time_lines_of_their_own_are_put_on_one()
    {
        EncodingTimeline timeline = new(90_000);
        TimeSpan start = TimeSpan.FromSeconds(5);
        uint small = timeline.Map(0, 4_000_000_000, start);
        uint large = timeline.Map(1, 17, start + TimeSpan.FromMilliseconds(2));
        Assert.Equal(4_000_000_000, small);
        Assert.Equal(180u, large - small);
        Assert.Equal(3_000u, timeline.Map(0, 4_000_003_000, start + TimeSpan.FromMilliseconds(50)) - small);
        Assert.Equal(3_000u, timeline.Map(1, 3_017, start + TimeSpan.FromMilliseconds(70)) - large);

        // The publisher comes back with other numbers.
        uint again = timeline.Map(0, 1_000_000_000, start + TimeSpan.FromSeconds(1));
        Assert.InRange(again - small, 86_000u, 91_000u);

        // Another one whose numbers happen to be close to the old ones, three seconds before them.
        timeline.Restart();
        uint other = timeline.Map(0, 1_000_000_000 - (3 * 90_000), start + TimeSpan.FromSeconds(2));
        Assert.InRange(other - again, 89_000u, 91_000u);
    }

    private sealed class Broadcast : IDisposable
    {
        private int _frame;

        public Broadcast(long linkBitsPerSecond)
        {
            Network = new VirtualNetwork { LinkBitsPerSecond = linkBitsPerSecond, Delay = TimeSpan.FromMilliseconds(20) };
            Network.Connect();
        }

        public VirtualNetwork Network { get; }

        public WebRtcSession Viewer => Network.Server;

        public long FramesReceived => Network.Client.GetStatistics().FramesReceived;

        public void Run(int seconds) => RunUntil(string.Empty, () => false, seconds, required: false);

        public void RunUntil(string what, Func<bool> condition, int seconds, bool required = true)
        {
            for (int i = 0; i < seconds * 30; i++)
            {
                for (int encoding = 0; encoding < Rates.Length; encoding++)
                {
                    byte[] bytes = new byte[Rates[encoding] / 8 / 30];
                    bytes[0] = (byte)(_frame % 30 == 0 ? 0 : 1);
                    Viewer.SendFrame(MediaFrame.Create(MediaCodec.Vp8, bytes, (uint)(_frame * 3_000), _frame % 30 == 0, encoding, Network.Now));
                }

                if (_frame++ % 6 == 0)
                {
                    Viewer.ChooseEncoding(Rates, Network.Now);
                }

                Network.Run(1 / 30.0);
                if (condition())
                {
                    return;
                }
            }

            Assert.False(
                required,
                $"did not happen within {seconds} s of virtual time: {what} (encoding {Viewer.CurrentEncoding}, estimate {Viewer.EstimatedBitrate}, {Viewer.Probes} probes)");
        }

        public void Dispose() => Network.Dispose();
    }
}
