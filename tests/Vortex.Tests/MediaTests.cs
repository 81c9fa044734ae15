using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Nsn.Media;
using Nsn.Vortex.Media;

namespace Nsn.Vortex.Tests;

public class MediaTests
{
    private const int Size = 64;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>A bright square that wanders over a grey ground.</summary>
    internal static byte[] Frame(int index, int size = Size)
    {
        var frame = new byte[DecodedClip.I420Length(size, size)];
        frame.AsSpan(0, size * size).Fill(60);
        frame.AsSpan(size * size).Fill(128);
        for (var y = 20; y < 40; y++)
            frame.AsSpan((y * size) + (index * 2 % (size - 20)), 20).Fill(200);
        return frame;
    }

    internal static async Task<List<byte[]>> Segments(int seconds, int framesPerSecond, VideoCodec codec = VideoCodec.Vp8)
    {
        var sound = new float[seconds * SoundFormat.SampleRate];
        for (var i = 0; i < sound.Length; i++)
            sound[i] = .5f * (float)Math.Sin(2 * Math.PI * 300 * i / SoundFormat.SampleRate);
        var segments = new List<byte[]>();
        await using var encoder = new ClipEncoder(new Ffmpeg(), new EncoderOptions { Codec = codec }, Size, Size, framesPerSecond);
        await encoder.StartAsync(sound, Cancellation);
        var writing = Task.Run(
            async () =>
            {
                for (var i = 0; i < seconds * framesPerSecond; i++)
                    await encoder.WriteAsync(Frame(i), Cancellation);
                encoder.Complete();
            },
            Cancellation);
        await foreach (var segment in encoder.ReadSegmentsAsync(Cancellation))
            segments.Add(segment.Bytes.ToArray());
        await writing;
        return segments;
    }

    [Theory]
    [InlineData(12, VideoCodec.Vp8)]
    [InlineData(25, VideoCodec.Vp8)]
    [InlineData(12, VideoCodec.Vp9)]
    public async Task Every_segment_stands_alone_with_the_clips_time(int framesPerSecond, VideoCodec codec)
    {
        var segments = await Segments(3, framesPerSecond, codec);
        Assert.Equal(3, segments.Count);
        for (var s = 0; s < 3; s++)
        {
            Assert.True(WebMClip.TryParse(segments[s], out var clip, out var reason), reason);
            Assert.Equal(codec, clip!.Tracks.Codec);
            Assert.Equal(framesPerSecond, clip.Video.Count);
            Assert.Equal(framesPerSecond, clip.Tracks.FramesPerSecond);
            Assert.Equal(50, clip.Audio.Count);
            Assert.True(clip.Video[0].KeyFrame);
            Assert.Single(clip.Video, frame => frame.KeyFrame);
            Assert.Equal([s * 1000L], clip.ClusterStarts);
            Assert.Equal(Enumerable.Range(0, framesPerSecond).Select(i => VideoEncoder.FrameTime((s * framesPerSecond) + i, framesPerSecond)),
                clip.Video.Select(frame => frame.TimestampMilliseconds));
            Assert.Equal(Enumerable.Range(0, 50).Select(i => (s * 1000L) + (i * 20)), clip.Audio.Select(frame => frame.TimestampMilliseconds));

            // A group of pictures decodes without the ones before it.
            var decoded = await ClipDecoder.DecodeAsync(new Ffmpeg(), clip.Tracks, framesPerSecond, clip.Video, clip.Audio, Cancellation);
            Assert.Equal(framesPerSecond, decoded.Frames.Count);
            for (var i = 0; i < framesPerSecond; i++)
                Assert.True(Difference(Frame((s * framesPerSecond) + i), decoded.Frames[i]) < 4, $"frame {i} of segment {s}");
        }
    }

    [Fact]
    public async Task Encoding_is_deterministic()
    {
        var one = await Segments(2, 12);
        var two = await Segments(2, 12);
        Assert.Equal(one.SelectMany(bytes => bytes), two.SelectMany(bytes => bytes));
    }

    [Fact]
    public async Task Ffprobe_finds_nothing_wrong_with_segments_and_files()
    {
        var segments = await Segments(2, 12);
        await Probe(segments[1], 1, 12, 50);
        await Probe(ClipFile.Join(segments.ConvertAll(bytes => (ReadOnlyMemory<byte>)bytes)), 0, 24, 100);
    }

    [Fact]
    public async Task A_file_splits_into_the_segments_it_was_made_of()
    {
        var segments = await Segments(3, 12);
        var file = ClipFile.Join(segments.ConvertAll(bytes => (ReadOnlyMemory<byte>)bytes));
        Assert.True(ClipFile.TrySplit(file, out var split, out var reason), reason);
        Assert.Equal(segments.Count, split.Count);
        for (var i = 0; i < segments.Count; i++)
            Assert.Equal(segments[i], split[i].ToArray());
    }

    [Fact]
    public async Task Damaged_files_are_refused_with_a_reason_and_never_throw()
    {
        var segment = (await Segments(1, 12))[0];
        Assert.False(WebMClip.TryParse(ReadOnlyMemory<byte>.Empty, out _, out _));
        for (var length = 0; length < segment.Length; length += 97)
        {
            if (!WebMClip.TryParse(segment.AsMemory(0, length), out _, out var reason))
                Assert.NotEmpty(reason);
        }

        var random = new Random(1);
        for (var round = 0; round < 3000; round++)
        {
            var copy = segment[..Math.Min(segment.Length, 2000)];
            for (var change = 0; change < 4; change++)
                copy[random.Next(copy.Length)] = (byte)random.Next(256);
            Assert.True(WebMClip.TryParse(copy, out _, out var reason) || reason.Length > 0);
        }
    }

    [Fact]
    public async Task A_missing_ffmpeg_is_named()
    {
        await using var encoder = new ClipEncoder(new Ffmpeg("no-such-ffmpeg"), new EncoderOptions(), Size, Size, 12);
        var exception = await Assert.ThrowsAsync<ClipException>(() => encoder.StartAsync(new float[48_000], Cancellation));
        Assert.Equal(ClipError.MissingTool, exception.Error);
        Assert.Contains("no-such-ffmpeg", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Pictures_are_written_as_png()
    {
        var png = PngWriter.Write(2, 2, [255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255]);
        Assert.Equal([0x89, (byte)'P', (byte)'N', (byte)'G'], png[..4]);
    }

    internal static double Difference(byte[] one, byte[] two)
    {
        double sum = 0;
        for (var i = 0; i < one.Length; i++)
            sum += Math.Abs(one[i] - two[i]);
        return sum / one.Length;
    }

    private static async Task Probe(byte[] bytes, double start, int frames, int packets)
    {
        var info = new ProcessStartInfo("ffprobe") { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in new[] { "-v", "warning", "-count_frames", "-show_streams", "-show_format", "-of", "json", "-f", "matroska", "-i", "pipe:0" })
            info.ArgumentList.Add(argument);
        using var process = Process.Start(info)!;
        var output = process.StandardOutput.ReadToEndAsync(Cancellation);
        var errors = process.StandardError.ReadToEndAsync(Cancellation);
        await process.StandardInput.BaseStream.WriteAsync(bytes, Cancellation);
        process.StandardInput.Close();
        await process.WaitForExitAsync(Cancellation);
        Assert.Equal("", (await errors).Trim());
        using var json = JsonDocument.Parse(await output);
        var streams = json.RootElement.GetProperty("streams");
        Assert.Equal("vp8", streams[0].GetProperty("codec_name").GetString());
        Assert.Equal("opus", streams[1].GetProperty("codec_name").GetString());
        Assert.Equal(frames, int.Parse(streams[0].GetProperty("nb_read_frames").GetString()!, CultureInfo.InvariantCulture));
        Assert.Equal(packets, int.Parse(streams[1].GetProperty("nb_read_frames").GetString()!, CultureInfo.InvariantCulture));
        Assert.Equal(start, double.Parse(streams[0].GetProperty("start_time").GetString()!, CultureInfo.InvariantCulture), 2);
    }
}
