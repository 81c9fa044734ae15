using System.Runtime.InteropServices;
using Nsn.Media;
using Nsn.Vortex.Media;
using Nsn.Vortex.Pipeline;

namespace Nsn.Vortex.Tests;

/// <summary>What a director could publish in place of an honest clip, where each check by itself looks elsewhere.</summary>
public sealed class CheatingDirectorTests(PipelineFixture fixture) : IClassFixture<PipelineFixture>
{
    private const int Side = 128;

    private static readonly ClipRequest s_request = Requests.Sample with { Script = "The quick brown fox jumps.", DurationSeconds = 3, CameraMotion = "zoom_in" };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private async Task<List<ReadOnlyMemory<byte>>> Generate(ClipRequest? request = null) =>
        (await PipelineTests.Generate(fixture.Pipeline, request ?? s_request)).Segments;

    private async Task<DecodedClip> Decoded(ClipRequest? request = null) => await ClipReader.DecodeAsync(new Ffmpeg(), ClipFile.Join(await Generate(request)), Cancellation);

    private Task<VerificationReport> Verify(IReadOnlyList<ReadOnlyMemory<byte>> segments) =>
        fixture.Pipeline.CreateVerifier().VerifyAsync(segments, s_request, new VerificationOptions(), Cancellation);

    [Theory]
    [InlineData("a line of writing", VerificationFailure.FrameMismatch)]
    [InlineData("a pattern that changes no mean", VerificationFailure.FrameMismatch)]
    [InlineData("three frames that nobody drew", VerificationFailure.FrameMismatch)]
    [InlineData("the drawn half shown twice", VerificationFailure.FrameMismatch)]
    [InlineData("a tone above the voice", VerificationFailure.SoundMismatch)]
    [InlineData("a rumble beneath the voice", VerificationFailure.SoundMismatch)]
    [InlineData("short beeps", VerificationFailure.SoundMismatch)]
    [InlineData("sound that comes late", VerificationFailure.SoundMismatch)]
    public async Task A_clip_that_is_honest_but_for_one_thing_is_rejected(string what, VerificationFailure failure)
    {
        var clip = await Decoded();
        var verifier = (ClipVerifier)fixture.Pipeline.CreateVerifier();
        var reference = await verifier.ReferenceAsync(s_request, new VerificationOptions { Frames = [0, 3, 6, 9, 12, 15] }, Cancellation);
        var honest = await verifier.JudgeAsync(clip, s_request, reference, Cancellation);
        Assert.True(honest.Accepted, honest.Explanation);
        var cheat = what switch
        {
            "a line of writing" => Change(clip, frame => Written(frame)),
            "a pattern that changes no mean" => Change(clip, frame => Patterned(frame)),
            "three frames that nobody drew" => Spliced(clip),
            "the drawn half shown twice" => clip with { Frames = [.. clip.Frames.Select((_, i) => clip.Frames[i % 18])] },
            "a tone above the voice" => clip with { Samples = Toned(clip.Samples, 12_000, 1) },
            "a rumble beneath the voice" => clip with { Samples = Toned(clip.Samples, 40, 1) },
            "short beeps" => clip with { Samples = Toned(clip.Samples, 1_000, .15) },
            _ => clip with { Samples = [.. new float[1_920], .. clip.Samples[..^1_920]] },
        };
        var report = await verifier.JudgeAsync(cheat, s_request, reference, Cancellation);
        Assert.Contains(failure, report.Failures);
    }

    [Fact]
    public async Task Sound_that_only_a_viewer_hears_is_malformed()
    {
        // The mean of the channels is the honest sound, and all that a verifier hears.
        var segments = await Generate();
        var clip = await Decoded();
        var stereo = clip.Samples.SelectMany((sample, i) =>
        {
            var hidden = .2f * MathF.Sin(i * .05f);
            return new[] { sample + hidden, sample - hidden };
        }).ToArray();
        var ogg = await new Ffmpeg().RunAsync(
            MemoryMarshal.AsBytes(stereo.AsSpan()).ToArray(),
            ["-f", "f32le", "-ar", "48000", "-ac", "2", "-i", "pipe:0", "-c:a", "libopus", "-application", "audio", "-frame_duration", "20", "-vbr", "on",
             "-b:a", "128000", "-page_duration", "20000", "-f", "ogg", "pipe:1"],
            64 << 20,
            Cancellation);
        var packets = Ogg.ReadPackets(ogg);
        var cheat = Rewritten(segments, (i, tracks) => tracks with { OpusHead = packets[0] }, (i, frames) => frames, (i, sound) =>
            [.. sound.Select((packet, k) => packet with { Data = packets[2 + (i * 50) + k] })]);
        await AssertMalformed(cheat, "channels");
    }

    [Fact]
    public async Task Packets_that_last_longer_than_they_are_heard_are_malformed()
    {
        var cheat = Rewritten(await Generate(), (_, tracks) => tracks, (_, frames) => frames, (_, sound) => [.. sound.Select(packet =>
        {
            // Two frames of the same 20 ms in a packet (RFC 6716, section 3.2.3).
            var data = packet.Data.ToArray();
            return packet with { Data = (byte[])[(byte)(data[0] | 1), .. data[1..], .. data[1..]] };
        })]);
        await AssertMalformed(cheat, "40 ms");
    }

    [Fact]
    public async Task Sound_that_begins_late_or_is_made_louder_is_malformed()
    {
        var segments = await Generate();
        await AssertMalformed(WithHead(segments, head => head[11] = 60), "late");
        await AssertMalformed(WithHead(segments, head => head[17] = 10), "louder");

        static List<ReadOnlyMemory<byte>> WithHead(List<ReadOnlyMemory<byte>> segments, Action<byte[]> change) => Rewritten(segments, (_, tracks) =>
        {
            var head = tracks.OpusHead.ToArray();
            change(head);
            return tracks with { OpusHead = head };
        }, (_, frames) => frames, (_, sound) => sound);
    }

    [Fact]
    public async Task A_segment_that_carries_more_than_its_frames_is_malformed()
    {
        var segments = await Generate();
        byte[] hidden = [0xEC, 0x84, 1, 2, 3, 4]; // a Void element behind the segment
        segments[1] = (byte[])[.. segments[1].Span, .. hidden];
        await AssertMalformed(segments, "holds more");
    }

    [Theory]
    [InlineData(VideoCodec.Vp8)]
    [InlineData(VideoCodec.Vp9)]
    public async Task A_key_frame_that_is_none_or_is_of_another_size_is_malformed(VideoCodec codec)
    {
        await using var pipeline = fixture.Create(options => options with { Encoder = new EncoderOptions { Codec = codec } });
        var (segments, _) = await PipelineTests.Generate(pipeline, s_request);
        Assert.True(SegmentReader.TryRead(segments, s_request, out var clip, out var reason), reason);

        // Who joins here decodes nothing, or what an earlier segment of another clip left.
        await AssertMalformed(First(data => data[0] |= codec == VideoCodec.Vp8 ? (byte)1 : (byte)4), "said to be a key frame");
        await AssertMalformed(First(data => data[codec == VideoCodec.Vp8 ? 6 : 5] ^= 1), "another size");
        Assert.Equal(36, clip!.Video.Count);

        List<ReadOnlyMemory<byte>> First(Action<byte[]> change) => Rewritten(segments, (_, tracks) => tracks, (i, frames) => i != 1 ? frames : [.. frames.Select((frame, k) =>
        {
            var data = frame.Data.ToArray();
            if (k == 0)
                change(data);
            return frame with { Data = data };
        })], (_, sound) => sound);
    }

    [Fact]
    public async Task Packets_that_do_not_decode_are_no_silence()
    {
        var packets = new List<EncodedFrame>();
        byte[] head = [];
        foreach (var segment in await Generate())
        {
            Assert.True(WebMClip.TryParse(segment, out var clip, out _));
            packets.AddRange(clip!.Audio);
            head = clip.Tracks.OpusHead.ToArray();
        }

        Assert.Equal(144_000, (await ClipDecoder.DecodeAudioAsync(new Ffmpeg(), head, packets, Cancellation)).Length);
        for (var i = 60; i < 70; i++)
            packets[i] = packets[i] with { Data = (byte[])[0xFB, 0x00] }; // says that it holds no frame
        var exception = await Assert.ThrowsAsync<ClipException>(() => ClipDecoder.DecodeAudioAsync(new Ffmpeg(), head, packets, Cancellation));
        Assert.Equal(ClipError.Media, exception.Error);
    }

    private async Task AssertMalformed(IReadOnlyList<ReadOnlyMemory<byte>> segments, string why)
    {
        var report = await Verify(segments);
        Assert.Equal([VerificationFailure.Malformed], report.Failures);
        Assert.Contains(why, report.Explanation, StringComparison.Ordinal);
    }

    private static List<ReadOnlyMemory<byte>> Rewritten(
        IReadOnlyList<ReadOnlyMemory<byte>> segments, Func<int, WebMTracks, WebMTracks> tracks,
        Func<int, IReadOnlyList<EncodedFrame>, IReadOnlyList<EncodedFrame>> video, Func<int, IReadOnlyList<EncodedFrame>, IReadOnlyList<EncodedFrame>> sound) =>
        [.. segments.Select((bytes, i) =>
        {
            Assert.True(WebMClip.TryParse(bytes, out var clip, out _));
            return (ReadOnlyMemory<byte>)WebMWriter.WriteSegment(tracks(i, clip!.Tracks), 1000 * i, video(i, clip.Video), sound(i, clip.Audio));
        })];

    private static DecodedClip Change(DecodedClip clip, Func<byte[], byte[]> change) => clip with { Frames = [.. clip.Frames.Select(change)] };

    // An advertisement, half of it white and half black, for a quarter of a second.
    private static DecodedClip Spliced(DecodedClip clip) => clip with { Frames = [.. clip.Frames.Select((frame, i) => i is >= 20 and <= 22 ? Advertisement() : frame)] };

    private static byte[] Advertisement()
    {
        var frame = new byte[DecodedClip.I420Length(Side, Side)];
        Array.Fill(frame, (byte)128);
        for (var y = 0; y < Side; y++)
        {
            frame.AsSpan(y * Side, Side / 2).Fill(235);
            frame.AsSpan((y * Side) + (Side / 2), Side / 2).Fill(16);
        }

        return frame;
    }

    // One in fifty of the blocks: in the mean over the worst twentieth, it would take a change of 20 levels.
    private static byte[] Written(byte[] frame)
    {
        var result = (byte[])frame.Clone();
        for (var y = 112; y < 116; y++)
        {
            for (var x = 10; x < 26; x++)
                result[(y * Side) + x] = (byte)(frame[(y * Side) + x] < 128 ? frame[(y * Side) + x] + 70 : frame[(y * Side) + x] - 70);
        }

        return result;
    }

    private static byte[] Patterned(byte[] frame)
    {
        var result = (byte[])frame.Clone();
        for (var y = 16; y < 48; y++)
        {
            for (var x = 16; x < 48; x++)
            {
                var half = (y * Side) + (x & ~1);
                var (mean, even) = ((frame[half] + frame[half + 1]) / 2, (x + y) % 2 == 0);
                var room = Math.Min(mean, 255 - mean);
                result[(y * Side) + x] = (byte)(even ? mean + Math.Min(60, room) : mean - Math.Min(60, room));
            }
        }

        return result;
    }

    private static float[] Toned(float[] samples, double hertz, double partOfSecond) =>
        [.. samples.Select((sample, i) => i % 48_000 < partOfSecond * 48_000 ? sample + (.1f * (float)Math.Sin(2 * Math.PI * hertz * i / 48_000)) : sample)];
}
