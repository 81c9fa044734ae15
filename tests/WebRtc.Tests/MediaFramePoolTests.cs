using Nsn.WebRtc.Media;

namespace Nsn.WebRtc.Tests;

/// <summary>Frames that are used again: never while anybody may still send them, and always afterwards.</summary>
public class MediaFramePoolTests
{
    [Fact]
    public void frame_comes_back_when_its_last_holder_lets_go()
    {
        MediaFramePool pool = new();
        MediaFrame frame = pool.Rent(MediaCodec.Vp8, TestVideo.Frame(1, 5_000), 3_000, isKeyFrame: false);
        frame.Hold();
        frame.Release();
        Assert.Equal(0, pool.Free);
        frame.Release();
        Assert.Equal(1, pool.Free);
        Assert.Same(frame, pool.Rent(MediaCodec.Opus, [1, 2, 3], 960, isKeyFrame: true));
        Assert.Equal([1, 2, 3], frame.Payload(0).ToArray());
        Assert.Equal((1, 3, MediaCodec.Opus), (frame.PacketCount, frame.Length, frame.Codec));
    }

    [Fact]
    public void releasing_once_too_often_is_our_mistake_and_throws()
    {
        MediaFramePool pool = new();
        MediaFrame frame = pool.Rent(MediaCodec.Opus, [1], 0, isKeyFrame: true);
        frame.Release();
        Assert.Throws<InvalidOperationException>(frame.Release);
        MediaFrame other = new MediaFramePool().Rent(MediaCodec.Opus, [1], 0, isKeyFrame: true);
        other.Release();
        Assert.Throws<InvalidOperationException>(other.Hold);
    }

    [Fact]
    public void frame_of_the_collector_needs_no_holders()
    {
        MediaFrame frame = MediaFrame.Create(MediaCodec.Opus, [1, 2], 0, isKeyFrame: true);
        frame.Release();
        frame.Release();
        frame.Hold();
        Assert.Equal([1, 2], frame.Payload(0).ToArray());
    }

    [Theory]
    [InlineData(MediaCodec.Vp8)]
    [InlineData(MediaCodec.Vp9)]
    public void frames_are_used_again_and_every_repeat_still_carries_the_right_bytes(MediaCodec codec)
    {
        MediaFramePool pool = new();
        using (VirtualNetwork network = new(
            seed: 11, options => options with { VideoCodecs = [codec] }, options => options with { VideoCodecs = [codec] }))
        {
            network.Connect();
            network.Loss = 0.05;
            network.Jitter = TimeSpan.FromMilliseconds(20);
            List<byte[]> sent = [];
            for (int i = 0; i < 1_200; i++)
            {
                byte[] data = TestVideo.Frame(i, i % 30 == 0 ? 9_000 : 3_000);
                sent.Add(data);
                MediaFrame frame = pool.Rent(codec, data, (uint)(i * 3_000), i % 30 == 0, captureTime: network.Now);
                network.Server.SendFrame(frame);
                frame.Release();
                network.Run(1 / 30.0);
            }

            network.Run(1);
            Assert.True(network.Server.GetStatistics().PacketsRepeated > 50, "too few repeats to say anything");
            Assert.Equal(sent, network.VideoFrames.Select(frame => frame.Data.ToArray()));

            // The history is 1,024 packets, three a frame and nine a key frame: never more than 350 frames are alive.
            Assert.InRange(pool.Made, 100, 350);
        }

        Assert.Equal(pool.Made, pool.Free);
    }
}
