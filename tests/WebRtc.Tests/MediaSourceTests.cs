using System.Buffers.Binary;
using Nsn.WebRtc.Media;
using Nsn.WebRtc.Sessions;

namespace Nsn.WebRtc.Tests;

/// <summary>What viewers of a live stream get, on virtual time: joins, simulcast, publishers that come and go, lip sync.</summary>
public class MediaSourceTests
{
    private const int FramesPerSecond = 30;

    [Theory]
    [InlineData(100, 3_000)]
    [InlineData(400, 9_000)]
    [InlineData(550, 3_000)]
    [InlineData(700, 3_000)]
    public void viewer_that_joins_long_after_the_key_frame_gets_a_picture_at_once(int deltaFrames, int frameBytes)
    {
        using VirtualStudio studio = new();
        Encoder encoder = new(studio, studio.Publish()) { FrameBytes = frameBytes };
        encoder.Run(1 + deltaFrames);
        int before = encoder.KeyFrames;
        VirtualPeer viewer = studio.Watch();
        TimeSpan joined = studio.Now;
        encoder.RunUntil("the viewer has a picture", () => viewer.Video.Any(), seconds: 0.5);
        encoder.Run(FramesPerSecond * 3);

        // One, or one more where the viewer's own question crossed it.
        Assert.InRange(encoder.KeyFrames - before, 1, 2);
        AssertSmooth(viewer, joined + TimeSpan.FromSeconds(1), studio.Now);
    }

    [Fact]
    public void viewer_that_joins_soon_after_the_key_frame_needs_no_other()
    {
        using VirtualStudio studio = new();
        Encoder encoder = new(studio, studio.Publish());
        encoder.Run(31);
        int before = encoder.KeyFrames;
        VirtualPeer viewer = studio.Watch();
        encoder.RunUntil("the viewer has a picture", () => viewer.Video.Any(), seconds: 0.5);
        encoder.Run(60);
        Assert.Equal(before, encoder.KeyFrames);
    }

    [Fact]
    public void request_for_a_key_frame_that_is_lost_is_made_again()
    {
        using VirtualStudio studio = new();
        Encoder encoder = new(studio, studio.Publish()) { AnswersRequests = false };
        encoder.Run(700);
        VirtualPeer viewer = studio.Watch();
        encoder.Run(60);
        Assert.Empty(viewer.Video);
        encoder.AnswersRequests = true;
        encoder.RunUntil("the viewer has a picture", () => viewer.Video.Any(), seconds: 2);
    }

    [Fact]
    public void viewer_whose_queue_was_thrown_away_gets_a_new_key_frame()
    {
        using VirtualStudio studio = new();
        Encoder encoder = new(studio, studio.Publish());
        VirtualPeer viewer = studio.Watch();
        encoder.Run(30);
        Assert.NotEmpty(viewer.Video);
        int before = encoder.KeyFrames;
        viewer.Connection.Use((session, _) =>
        {
            // A frame beyond two seconds of the pace, as when the link stalls.
            for (int i = 0; i < 40; i++)
            {
                session.SendFrame(MediaFrame.Create(MediaCodec.Vp8, Picture(false, 0, 200_000, studio.Now), (uint)(i + 1) * 10, isKeyFrame: false));
            }

            return true;
        });
        Assert.True(viewer.Connection.GetStatistics().FramesDropped > 0, "nothing was thrown away");
        encoder.RunUntil("the encoder is asked for a key frame", () => encoder.KeyFrames > before, seconds: 2);
    }

    [Theory]
    [InlineData(1_000_000, 500_000, new[] { 150_000, 500_000, 1_700_000 })]
    [InlineData(1_000_000, 500_000, new[] { 1_700_000, 500_000, 150_000 })]
    [InlineData(1_000_000, 500_000, new[] { 500_000, 1_700_000, 150_000 })]
    [InlineData(5_000_000, 1_700_000, new[] { 1_700_000, 500_000, 150_000 })]
    [InlineData(5_000_000, 1_700_000, new[] { 500_000, 1_700_000, 150_000 })]
    public void encodings_are_told_apart_by_what_they_take_and_not_by_their_numbers(int link, int expected, int[] rates)
    {
        using VirtualStudio studio = new();
        Simulcast simulcast = new(studio, rates);
        simulcast.Run(3);
        VirtualPeer viewer = studio.Watch();
        viewer.LinkBitsPerSecond = link;
        viewer.Delay = TimeSpan.FromMilliseconds(20);
        simulcast.Run(20);
        int at = viewer.Frames.Count;
        simulcast.Run(15);
        int[] got = [.. viewer.Frames.Skip(at).Select(item => rates[item.Frame.Data.Span[3]])];
        Assert.True(got.Count(rate => rate == expected) > 400, $"of {got.Length} frames: {string.Join(", ", got.CountBy(rate => rate))}");
    }

    [Theory]
    [InlineData(new[] { 150_000, 500_000, 1_700_000 }, new[] { 0 })]
    [InlineData(new[] { 150_000, 500_000, 1_700_000 }, new[] { 1 })]
    [InlineData(new[] { 1_700_000, 150_000 }, new[] { 1 })]
    [InlineData(new[] { 150_000, 1_700_000 }, new[] { 0 })]
    public void viewers_of_an_encoding_that_stops_go_on_with_what_is_left(int[] rates, int[] left)
    {
        using VirtualStudio studio = new();
        Simulcast simulcast = new(studio, rates);
        simulcast.Run(3);
        VirtualPeer viewer = studio.Watch();
        simulcast.Run(20);
        Assert.Equal(rates.Max(), rates[viewer.Video.Last().Data.Span[3]]);
        simulcast.Active = left;
        simulcast.Run(4);
        int at = viewer.Frames.Count;
        simulcast.Run(2);
        Assert.InRange(viewer.Frames.Count - at, 55, 65);

        // Who joins now does not begin with the last picture of what stopped.
        VirtualPeer late = studio.Watch();
        simulcast.Run(2);
        Assert.All(late.Video, frame => Assert.Contains(frame.Data.Span[3], left.Select(encoding => (byte)encoding)));
        Assert.True(late.Video.Count() > 55, $"{late.Video.Count()} frames for a viewer that joined later");
    }

    [Fact]
    public void wish_for_another_encoding_is_fulfilled_at_a_key_frame_that_is_asked_for()
    {
        using VirtualStudio studio = new();
        Simulcast simulcast = new(studio, [150_000, 500_000, 1_700_000]);
        simulcast.Run(3);
        VirtualPeer viewer = studio.Watch();
        simulcast.Run(20);
        Assert.Equal(2, viewer.Video.Last().Data.Span[3]);
        foreach (int encoding in new[] { 0, 2, 1 })
        {
            viewer.Connection.Use((session, _) => session.TargetEncoding = encoding);
            simulcast.Run(1);
            Assert.Equal(encoding, viewer.Video.Last().Data.Span[3]);
        }

        // Nobody can make a key frame of what is not being sent.
        int asked = simulcast.KeyFrameRequests;
        viewer.Connection.Use((session, _) => session.TargetEncoding = 3);
        simulcast.Run(5);
        Assert.Equal(asked, simulcast.KeyFrameRequests);
        Assert.Equal(1, viewer.Video.Last().Data.Span[3]);
    }

    [Theory]
    [InlineData(1, 300_000)]
    [InlineData(2, 300_000)]
    [InlineData(3, 300_000)]
    [InlineData(1, 800_000)]
    [InlineData(2, 800_000)]
    [InlineData(3, 800_000)]
    public void viewer_whose_link_shrinks_has_a_smaller_picture_soon_and_smoothly(int seed, int linkBitsPerSecond)
    {
        using VirtualStudio studio = new(seed);
        Simulcast simulcast = new(studio, [150_000, 500_000, 1_700_000]);
        simulcast.Run(3);
        VirtualPeer viewer = studio.Watch();
        viewer.Delay = TimeSpan.FromMilliseconds(20);
        simulcast.Run(20);
        Assert.Equal(2, viewer.Video.Last().Data.Span[3]);
        TimeSpan shrunk = studio.Now;
        viewer.LinkBitsPerSecond = linkBitsPerSecond;
        simulcast.Run(5);
        int before = viewer.Video.Count();
        simulcast.Run(5);
        int frames = viewer.Video.Count() - before;
        viewer.LinkBitsPerSecond = 0;
        simulcast.Run(20);
        Assert.Equal(2, viewer.Video.Last().Data.Span[3]);
        TimeSpan last = shrunk;
        TimeSpan longest = TimeSpan.Zero;
        foreach (TimeSpan at in viewer.Frames.Where(item => item.Frame.Codec.IsVideo() && item.At >= shrunk).Select(item => item.At))
        {
            longest = at - last > longest ? at - last : longest;
            last = at;
        }

        Assert.True(longest < TimeSpan.FromSeconds(2), $"the picture stood still for {longest.TotalMilliseconds:F0} ms");
        Assert.True(frames > 130, $"{frames} of 150 frames came once the smaller picture was there");
    }

    [Fact]
    public void still_pictures_do_not_turn_the_order_of_the_encodings_round()
    {
        EncodingRates rates = new();
        for (int frame = 0; frame < 600; frame++)
        {
            // After ten seconds next to nothing moves, and the large encoding takes even less than the small one.
            rates.Note(0, frame < 300 ? 8_000 : 40, TimeSpan.FromSeconds(frame / 30.0));
            rates.Note(1, frame < 300 ? 800 : 60, TimeSpan.FromSeconds(frame / 30.0));
        }

        Assert.Equal([1, 0], rates.Order.ToArray().Where(encoding => rates.Values[encoding] > 0));
        Assert.Equal(1, rates.Smallest);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void sound_and_picture_of_a_publisher_stay_together_under_loss(int seed)
    {
        using VirtualStudio studio = new(seed);
        VirtualPeer viewer = studio.Watch();
        VirtualPeer publisher = studio.Publish(DateTimeOffset.UnixEpoch.AddYears(49).AddSeconds(0.123));
        publisher.Delay = TimeSpan.FromMilliseconds(30);
        publisher.Loss = 0.05;
        publisher.Jitter = TimeSpan.FromMilliseconds(40);
        Encoder encoder = new(studio, publisher) { FrameBytes = 9_000 };
        encoder.Run(20 * FramesPerSecond);
        AssertTogether(viewer, TimeSpan.FromSeconds(4));
    }

    [Fact]
    public void publisher_that_comes_back_carries_both_time_lines_on()
    {
        using VirtualStudio studio = new();
        VirtualPeer viewer = studio.Watch();
        VirtualPeer first = studio.Publish();
        new Encoder(studio, first).Run(5 * FramesPerSecond);
        VirtualPeer second = studio.Publish();
        Assert.Equal(SessionState.Closed, first.Connection.State);
        TimeSpan back = studio.Now;

        new Encoder(studio, second).Run(6 * FramesPerSecond);
        foreach (ReceivedFrame[] track in new[] { viewer.Video.ToArray(), viewer.Sound.ToArray() })
        {
            uint rate = (uint)track[0].Codec.ClockRate();
            Assert.True(track.Count(frame => frame.ReceivedAt > back) > 5 * (track[0].Codec.IsVideo() ? 30 : 50), $"{track[0].Codec}: {track.Count(frame => frame.ReceivedAt > back)} frames came of the second publisher");
            for (int i = 1; i < track.Length; i++)
            {
                int step = (int)(track[i].Timestamp - track[i - 1].Timestamp);
                TimeSpan passed = TakenAt(track[i]) - TakenAt(track[i - 1]);
                Assert.InRange(step / (double)rate, passed.TotalSeconds - 0.1, passed.TotalSeconds + 0.1);
            }
        }

        AssertTogether(viewer, back + TimeSpan.FromSeconds(3));
    }

    /// <summary>What the viewer is told about the time of each frame is what the publisher knew, but for one shift that is the same for both tracks.</summary>
    private static void AssertTogether(VirtualPeer viewer, TimeSpan from)
    {
        double[] video = Shifts(viewer.Video);
        double[] sound = Shifts(viewer.Sound);
        Assert.True(video.Length > 60 && sound.Length > 100, $"{video.Length} pictures and {sound.Length} packets of sound");
        double most = Math.Max(video.Max() - sound.Min(), sound.Max() - video.Min());
        Assert.True(most < 15, $"picture and sound are up to {most:F1} ms apart: pictures {video.Min():F1} to {video.Max():F1} ms, sound {sound.Min():F1} to {sound.Max():F1} ms");

        double[] Shifts(IEnumerable<ReceivedFrame> frames) =>
            [.. frames.Where(frame => frame.ReceivedAt > from).Select(frame => (frame.CaptureTime - TakenAt(frame)).TotalMilliseconds)];
    }

    private static void AssertSmooth(VirtualPeer viewer, TimeSpan from, TimeSpan to)
    {
        TimeSpan last = from;
        foreach (TimeSpan at in viewer.Frames.Where(item => item.Frame.Codec.IsVideo() && item.At >= from).Select(item => item.At).Append(to))
        {
            Assert.True(at - last < TimeSpan.FromMilliseconds(250), $"no picture from {last} to {at}");
            last = at;
        }
    }

    /// <summary>A picture that carries which encoding it is of and when it was taken.</summary>
    private static byte[] Picture(bool isKeyFrame, int encoding, int bytes, TimeSpan takenAt)
    {
        byte[] frame = new byte[bytes];
        new Random(bytes).NextBytes(frame);
        frame[0] = (byte)(isKeyFrame ? 0 : 1);
        frame[3] = (byte)encoding;
        BinaryPrimitives.WriteInt64BigEndian(frame.AsSpan(4), takenAt.Ticks);
        return frame;
    }

    private static TimeSpan TakenAt(ReceivedFrame frame) => TimeSpan.FromTicks(BinaryPrimitives.ReadInt64BigEndian(frame.Data.Span[(frame.Codec.IsVideo() ? 4 : 0)..]));

    /// <summary>An encoder of several sizes, straight into the source, with key frames at the beginning and on request only.</summary>
    private sealed class Simulcast
    {
        private readonly VirtualStudio _studio;
        private readonly int[] _rates;
        private readonly bool[] _wantsKeyFrame;
        private int _frame;

        public Simulcast(VirtualStudio studio, int[] rates)
        {
            _studio = studio;
            _rates = rates;
            _wantsKeyFrame = [.. rates.Select(_ => true)];
            Active = [.. Enumerable.Range(0, rates.Length)];
            studio.Source.KeyFrameRequested += _ =>
            {
                KeyFrameRequests++;
                Array.Fill(_wantsKeyFrame, true);
            };
        }

        public int[] Active { get; set; }

        public int KeyFrameRequests { get; private set; }

        public void Run(int seconds)
        {
            for (int i = 0; i < seconds * FramesPerSecond; i++, _frame++)
            {
                foreach (int encoding in Active)
                {
                    bool isKeyFrame = _wantsKeyFrame[encoding];
                    _wantsKeyFrame[encoding] = false;
                    byte[] picture = Picture(isKeyFrame, encoding, _rates[encoding] / 8 / FramesPerSecond, _studio.Now);
                    _studio.Source.SendVideo(picture, (uint)(_frame * 3_000), isKeyFrame, encoding);
                }

                _studio.Run(1.0 / FramesPerSecond);
            }
        }
    }

    /// <summary>An encoder that makes key frames at the beginning and on request only, and a sound of 20 ms packets.</summary>
    private sealed class Encoder
    {
        private readonly VirtualStudio _studio;
        private bool _wantsKeyFrame = true;
        private TimeSpan _nextFrame;
        private TimeSpan _nextSound;

        public Encoder(VirtualStudio studio, VirtualPeer publisher)
        {
            _studio = studio;
            Publisher = publisher;
            publisher.OnKeyFrameRequested = () => _wantsKeyFrame |= AnswersRequests;
            _nextFrame = _nextSound = studio.Now;
        }

        public VirtualPeer Publisher { get; }

        public int FrameBytes { get; init; } = 3_000;

        public int KeyFrames { get; private set; }

        public bool AnswersRequests { get; set; } = true;

        /// <summary>Makes frames in real, that is virtual, time.</summary>
        public void Run(int frames) => RunUntil(string.Empty, () => false, frames / (double)FramesPerSecond, required: false);

        public void RunUntil(string what, Func<bool> condition, double seconds, bool required = true)
        {
            TimeSpan end = _studio.Now + TimeSpan.FromSeconds(seconds);
            while (_studio.Now < end)
            {
                if (condition())
                {
                    return;
                }

                if (_studio.Now >= _nextFrame)
                {
                    Publisher.Session.SendFrame(MediaFrame.Create(
                        MediaCodec.Vp8, Picture(_wantsKeyFrame, 0, _wantsKeyFrame ? 4 * FrameBytes : FrameBytes, _nextFrame), Ticks(90_000, _nextFrame),
                        _wantsKeyFrame, captureTime: _nextFrame));
                    KeyFrames += _wantsKeyFrame ? 1 : 0;
                    _wantsKeyFrame = false;
                    _nextFrame += TimeSpan.FromSeconds(1.0 / FramesPerSecond);
                }

                if (_studio.Now >= _nextSound)
                {
                    byte[] packet = new byte[80];
                    BinaryPrimitives.WriteInt64BigEndian(packet, _nextSound.Ticks);
                    Publisher.Session.SendFrame(MediaFrame.Create(
                        MediaCodec.Opus, packet, Ticks(48_000, _nextSound), isKeyFrame: true, captureTime: _nextSound));
                    _nextSound += TimeSpan.FromMilliseconds(20);
                }

                TimeSpan next = _nextFrame < _nextSound ? _nextFrame : _nextSound;
                _studio.Run((next - _studio.Now).TotalSeconds);
            }

            Assert.True(!required || condition(), $"did not happen within {seconds} s of virtual time: {what}");
        }

        private static uint Ticks(int rate, TimeSpan time) => (uint)(long)Math.Round(time.TotalSeconds * rate);
    }
}
