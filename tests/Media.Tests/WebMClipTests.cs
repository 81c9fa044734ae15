namespace Nsn.Media.Tests;

public class WebMClipTests
{
    private const int FramesPerSecond = 12;

    private static readonly byte[] s_opusHead = [.. "OpusHead"u8, 1, 1, 0x38, 1, 0x80, 0xBB, 0, 0, 0, 0, 0];

    private static readonly WebMTracks s_tracks = new()
    {
        Codec = VideoCodec.Vp8,
        Width = 256,
        Height = 128,
        FramesPerSecond = FramesPerSecond,
        OpusHead = s_opusHead,
    };

    [Fact]
    public void A_segment_reads_back_as_it_was_written()
    {
        var segment = Segment(2);
        Assert.True(WebMClip.TryParse(segment, out var clip, out var reason), reason);
        Assert.Equal((256, 128, FramesPerSecond, VideoCodec.Vp8), (clip!.Tracks.Width, clip.Tracks.Height, clip.Tracks.FramesPerSecond, clip.Tracks.Codec));
        Assert.Equal(s_opusHead, clip.Tracks.OpusHead.ToArray());
        Assert.Equal(312, clip.Tracks.PreSkip);
        Assert.Equal([2000L], clip.ClusterStarts);
        AssertSame(Video(2), clip.Video);
        AssertSame(Audio(2), clip.Audio);
    }

    [Fact]
    public void Segments_join_to_a_file_and_the_file_splits_into_the_same_segments()
    {
        var segments = Enumerable.Range(0, 3).Select(second => (ReadOnlyMemory<byte>)Segment(second)).ToArray();
        var file = ClipFile.Join(segments);
        Assert.True(WebMClip.TryParse(file, out var clip, out var reason), reason);
        Assert.Equal([0L, 1000, 2000], clip!.ClusterStarts);
        Assert.Equal(3 * FramesPerSecond, clip.Video.Count);
        Assert.True(ClipFile.TrySplit(file, out var split, out reason), reason);
        Assert.Equal(segments.Select(bytes => bytes.ToArray()), split.Select(bytes => bytes.ToArray()));
    }

    [Fact]
    public void A_file_without_a_key_frame_on_the_second_is_not_cut()
    {
        var video = Video(0).Concat(Video(1).Select(frame => frame with { KeyFrame = false })).ToArray();
        var file = WebMWriter.WriteFile(s_tracks, 2000, [(0, video[..FramesPerSecond], Audio(0)), (1000, video[FramesPerSecond..], Audio(1))]);
        Assert.False(ClipFile.TrySplit(file, out var segments, out var reason));
        Assert.Empty(segments);
        Assert.Contains("key frame", reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Joining_needs_segments_and_only_takes_ours()
    {
        Assert.Throws<ArgumentException>(() => ClipFile.Join([]));
        Assert.Throws<ArgumentException>(() => ClipFile.Join([new byte[100]]));
    }

    [Fact]
    public void Every_prefix_and_thousands_of_damaged_segments_are_read_without_an_exception()
    {
        var segment = Segment(1);
        for (var length = 0; length < segment.Length; length++)
            Assert.True(WebMClip.TryParse(segment.AsMemory(0, length), out _, out var reason) || reason.Length > 0);
        var random = new Random(1);
        for (var round = 0; round < 5000; round++)
        {
            var copy = segment.ToArray();
            for (var change = random.Next(1, 6); change > 0; change--)
                copy[random.Next(copy.Length)] = (byte)random.Next(256);
            Assert.True(WebMClip.TryParse(copy, out var clip, out var reason) ? clip is not null : reason.Length > 0);
        }
    }

    [Fact]
    public void A_claimed_size_beyond_the_input_reserves_nothing()
    {
        // EBML header, then a segment element that claims 2^56 - 2 bytes.
        byte[] bytes = [0x1A, 0x45, 0xDF, 0xA3, 0x80, 0x18, 0x53, 0x80, 0x67, 0x01, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFE];
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.False(WebMClip.TryParse(bytes, out var clip, out var reason));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 64 << 10);
        Assert.Null(clip);
        Assert.NotEmpty(reason);
    }

    [Fact]
    public void Ogg_packets_of_all_lengths_read_back()
    {
        EncodedFrame[] packets = [.. new[] { 1, 254, 255, 256, 510, 1275 }.Select((length, i) => new EncodedFrame(i * 20, true, Bytes(length, i)))];
        var read = Ogg.ReadPackets(Ogg.Write(s_opusHead, packets));
        Assert.Equal(s_opusHead, read[0]);
        Assert.True(read[1].AsSpan().StartsWith("OpusTags"u8));
        Assert.Equal(packets.Select(packet => packet.Data.ToArray()), read.Skip(2));
    }

    private static byte[] Segment(int second) => WebMWriter.WriteSegment(s_tracks, second * 1000L, Video(second), Audio(second));

    private static EncodedFrame[] Video(int second) =>
        [.. Enumerable.Range(0, FramesPerSecond).Select(i => new EncodedFrame((second * 1000L) + (i * 1000 / FramesPerSecond), i == 0, Bytes(100 + (i * 7), i + second)))];

    private static EncodedFrame[] Audio(int second) =>
        [.. Enumerable.Range(0, SoundFormat.PacketsPerSecond).Select(i => new EncodedFrame((second * 1000L) + (i * 20), true, Bytes(20 + i, i - second)))];

    private static byte[] Bytes(int length, int seed)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    private static void AssertSame(IReadOnlyList<EncodedFrame> expected, IReadOnlyList<EncodedFrame> actual)
    {
        Assert.Equal(expected.Select(frame => (frame.TimestampMilliseconds, frame.KeyFrame)), actual.Select(frame => (frame.TimestampMilliseconds, frame.KeyFrame)));
        Assert.Equal(expected.Select(frame => frame.Data.ToArray()), actual.Select(frame => frame.Data.ToArray()));
    }
}
