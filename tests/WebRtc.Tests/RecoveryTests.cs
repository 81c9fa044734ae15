using System.Buffers.Binary;
using Nsn.WebRtc.Rtp;
using Nsn.WebRtc.Sessions;

namespace Nsn.WebRtc.Tests;

/// <summary>Viewers that ask for key frames: what they get beside the live stream is bounded. On virtual time.</summary>
public class RecoveryTests
{
    private const int FramesPerSecond = 30;
    private const int GroupFrames = 60;

    [Theory]
    [InlineData(0)]
    [InlineData(600_000)]
    public void viewer_that_asks_on_and_on_gets_little_more_than_the_stream(long linkBitsPerSecond)
    {
        const int Seconds = 20;
        using VirtualStudio studio = new();
        VirtualPeer viewer = studio.Watch();
        viewer.LinkBitsPerSecond = linkBitsPerSecond;
        int frame = 0;
        Send(studio, ref frame, 2 * FramesPerSecond);
        uint ssrc = Ssrc(viewer);
        long before = viewer.Connection.GetStatistics().BytesSent;
        long live = 0;
        for (int i = 0; i < Seconds * FramesPerSecond; i++)
        {
            if (i % 9 == 0)
            {
                Ask(viewer, ssrc);
            }

            live += Send(studio, ref frame, 1);
        }

        long sent = viewer.Connection.GetStatistics().BytesSent - before;
        Assert.True(sent < 2 * live, $"{sent} bytes went to a viewer of {live} bytes");

        // And it has its picture back soon after it stops asking.
        TimeSpan end = studio.Now;
        Send(studio, ref frame, 3 * FramesPerSecond);
        if (linkBitsPerSecond == 0)
        {
            Assert.True(viewer.Frames.Count(item => item.At > end) > FramesPerSecond / 2, "the picture did not come back");
        }
    }

    [Fact]
    public void viewer_that_lost_track_once_gets_the_picture_back_at_once()
    {
        using VirtualStudio studio = new();
        VirtualPeer viewer = studio.Watch();
        int frame = 0;
        Send(studio, ref frame, GroupFrames + 30);
        uint ssrc = Ssrc(viewer);
        int before = viewer.Video.Count();
        Ask(viewer, ssrc);
        studio.Run(0.3);
        Assert.True(viewer.Video.Count() >= before + 30, $"{viewer.Video.Count() - before} frames came of a group of 30");
    }

    [Fact]
    public void key_frame_that_waits_is_not_queued_again_and_nothing_stale_goes_before_it()
    {
        using VirtualNetwork network = new();
        network.Connect();
        List<Media.MediaFrame> frames = [];
        for (int i = 0; i < 40; i++)
        {
            bool isKey = i is 0 or 30;
            frames.Add(Media.MediaFrame.Create(Media.MediaCodec.Vp8, TestVideo.Frame(isKey ? 0 : i, 8_000), (uint)(i * 3_000), isKey, captureTime: network.Now));
            network.Server.SendFrame(frames[^1]);
        }

        // The newest key frame and what came after it wait; a half-sent older frame may, too.
        long queued = network.Server.QueuedMediaBytes;
        network.Server.SendRecovery(frames[30..], network.Now);
        Assert.InRange(network.Server.QueuedMediaBytes, 10 * 8_000, 11 * 8_000);
        Assert.True(queued > 20 * 8_000, "nothing stale was waiting");
        long after = network.Server.QueuedMediaBytes;
        network.Server.SendRecovery(frames[30..], network.Now);
        Assert.Equal(after, network.Server.QueuedMediaBytes);
        network.Run(3);
        Assert.Contains(network.VideoFrames, frame => frame.IsKeyFrame && frame.Data.Length == 8_000);
        Assert.InRange(network.VideoFrames.Count(), 10, 20);
        Assert.Equal(0, network.Client.GetStatistics().ReceivedPacketsLost);
    }

    private static long Send(VirtualStudio studio, ref int frame, int count)
    {
        long bytes = 0;
        for (int i = 0; i < count; i++, frame++)
        {
            bool isKey = frame % GroupFrames == 0;
            byte[] picture = new byte[isKey ? 16_000 : 4_000];
            BinaryPrimitives.WriteInt32BigEndian(picture.AsSpan(4), frame);
            picture[0] = (byte)(isKey ? 0 : 1);
            studio.Source.SendVideo(picture, (uint)(frame * 3_000), isKey);
            studio.Run(1.0 / FramesPerSecond);
            bytes += picture.Length;
        }

        return bytes;
    }

    private static uint Ssrc(VirtualPeer viewer) => viewer.Connection.Use((session, _) => session.VideoSsrc);

    private static void Ask(VirtualPeer viewer, uint ssrc)
    {
        byte[] buffer = new byte[64];
        RtcpWriter writer = new(buffer);
        writer.PictureLoss(1, ssrc);
        int length = writer.Length;
        viewer.Connection.Use((session, now) =>
        {
            session.HandleRtcp(buffer.AsSpan(0, length), now);
            return true;
        });
    }
}
