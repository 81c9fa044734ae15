using Nsn.Media;
using Nsn.Vortex.Media;
using Nsn.Vortex.Pipeline;
using Nsn.Vortex.Verification;

namespace Nsn.Vortex.Tests;

public sealed class VerifierTests(PipelineFixture fixture) : IClassFixture<PipelineFixture>
{
    private static readonly ClipRequest s_request = Requests.Sample with { Script = "The quick brown fox jumps.", DurationSeconds = 3, CameraMotion = "zoom_in" };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private Task<VerificationReport> Verify(
        IReadOnlyList<ReadOnlyMemory<byte>> segments, ClipRequest? request = null, RegenerationMode mode = RegenerationMode.Sample) =>
        fixture.Pipeline.CreateVerifier().VerifyAsync(segments, request ?? s_request, new VerificationOptions { Mode = mode }, Cancellation);

    private async Task<List<ReadOnlyMemory<byte>>> Generate(ClipRequest request) => (await PipelineTests.Generate(fixture.Pipeline, request)).Segments;

    [Theory]
    [InlineData(RegenerationMode.None)]
    [InlineData(RegenerationMode.Sample)]
    [InlineData(RegenerationMode.Full)]
    public async Task An_honest_clip_is_accepted_and_embeds_as_its_maker_says(RegenerationMode mode)
    {
        var (segments, result) = await PipelineTests.Generate(fixture.Pipeline, s_request);
        var report = await Verify(segments, mode: mode);
        Assert.True(report.Accepted, report.Explanation);
        Assert.Equal(result.Embedding, report.Embedding);
        Assert.Equal(result.QuantisedEmbedding, report.QuantisedEmbedding);
        Assert.Equal(mode == RegenerationMode.Full ? 36 : 9, report.Regeneration?.Frames.Count ?? 9);
    }

    [Fact]
    public async Task An_honest_clip_of_a_slot_s_length_with_pauses_is_far_from_being_rejected()
    {
        var request = s_request with { DurationSeconds = 8, Script = "The tide is out, the treasure is not. Better luck tomorrow." };
        var report = await Verify(await Generate(request), request);
        Assert.True(report.Accepted, report.Explanation);
        var thresholds = new VerificationThresholds();
        Assert.InRange(report.Regeneration!.SoundDistance, 0, thresholds.SoundDistance / 2);
        Assert.InRange(report.Regeneration.Distances.Max(), 0, thresholds.FrameDistance * 0.8);
    }

    [Fact]
    public async Task Frames_that_a_director_drew_are_the_ones_made_again()
    {
        var report = await fixture.Pipeline.CreateVerifier()
            .VerifyAsync(await Generate(s_request), s_request, new VerificationOptions { Frames = [5, 17, 30] }, Cancellation);
        Assert.Equal([5, 17, 30, 23], report.Regeneration!.Frames.Take(4));
        Assert.Equal(6, report.Regeneration.Frames.Count);
        Assert.True(report.Accepted, report.Explanation);
    }

    [Fact]
    public async Task Judging_keeps_the_deadline_when_the_decoder_hangs()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "needs a shell");
        var hanging = Path.Combine(Directory.CreateTempSubdirectory("nsn-hang-").FullName, "ffmpeg");
        try
        {
            await File.WriteAllTextAsync(hanging, "#!/bin/sh\nsleep 90\n", Cancellation);
            if (!OperatingSystem.IsWindows())
                File.SetUnixFileMode(hanging, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            await using var pipeline = fixture.Create(options => options with { FfmpegPath = hanging, Deadline = TimeSpan.FromMilliseconds(300) });
            var verification = pipeline.CreateVerifier().VerifyAsync(await Generate(s_request), s_request, new VerificationOptions(), Cancellation);
            var exception = await Assert.ThrowsAsync<ClipException>(() => verification.WaitAsync(TimeSpan.FromSeconds(60), Cancellation));
            Assert.Equal(ClipError.DeadlineExceeded, exception.Error);
        }
        finally
        {
            Directory.Delete(Path.GetDirectoryName(hanging)!, recursive: true);
        }
    }

    [Fact]
    public async Task A_pack_that_cannot_make_frames_again_is_not_asked_to_and_the_report_says_so()
    {
        using var pack = new TinyPack();
        pack.Manifest["capabilities"] = new System.Text.Json.Nodes.JsonArray("text-to-video");
        pack.Save();
        await using var pipeline = new ClipPipeline(new ClipPipelineOptions { PackFolder = pack.Folder, Device = "cpu", Threads = 1 });
        var (segments, _) = await PipelineTests.Generate(pipeline, s_request);
        var report = await pipeline.CreateVerifier().VerifyAsync(segments, s_request, new VerificationOptions(), Cancellation);
        Assert.True(report.Accepted, report.Explanation);
        Assert.Null(report.Regeneration);
        Assert.Contains("regenerate-frames", Assert.Single(report.Skipped), StringComparison.Ordinal);
        Assert.Empty((await Verify(await Generate(s_request))).Skipped);
    }

    [Fact]
    public async Task A_clip_of_another_seed_is_rejected()
    {
        var report = await Verify(await Generate(s_request with { Seed = ClipSeed.FromNumber(99) }));
        Assert.Contains(VerificationFailure.FrameMismatch, report.Failures);
    }

    [Fact]
    public async Task A_clip_with_other_sound_is_rejected()
    {
        var other = await Generate(s_request with { Script = "Something that nobody asked for is said." });
        var report = await Verify(other);
        Assert.Contains(VerificationFailure.SoundMismatch, report.Failures);
    }

    [Fact]
    public async Task The_same_words_over_another_music_are_rejected()
    {
        var segments = await Generate(s_request);
        var foreign = await Generate(s_request with { Seed = ClipSeed.FromNumber(8) });
        var mixed = segments.Zip(foreign, (own, other) =>
        {
            Assert.True(WebMClip.TryParse(own, out var picture, out _));
            Assert.True(WebMClip.TryParse(other, out var sound, out _));
            return WebMWriter.WriteSegment(picture!.Tracks, 1000 * segments.IndexOf(own), picture.Video, sound!.Audio);
        });
        Assert.Equal([VerificationFailure.SoundMismatch], (await Verify([.. mixed])).Failures);
    }

    [Fact]
    public async Task A_spliced_clip_is_rejected()
    {
        var segments = await Generate(s_request);
        segments[2] = (await Generate(s_request with { Prompt = "a robot in a forest", Seed = ClipSeed.FromNumber(99) }))[2];
        Assert.Contains(VerificationFailure.FrameMismatch, (await Verify(segments)).Failures);
    }

    [Fact]
    public async Task Reordered_missing_and_damaged_segments_are_malformed()
    {
        var segments = await Generate(s_request);
        Assert.Equal([VerificationFailure.Malformed], (await Verify([segments[1], segments[0], segments[2]])).Failures);
        Assert.Equal([VerificationFailure.Malformed], (await Verify(segments[..2])).Failures);
        Assert.Equal([VerificationFailure.Malformed], (await Verify([segments[0], segments[1], segments[2][..500]])).Failures);
        Assert.Equal([VerificationFailure.Malformed], (await Verify([ReadOnlyMemory<byte>.Empty, segments[1], segments[2]])).Failures);
        var report = await Verify(segments, s_request with { Width = 256, Height = 256 });
        Assert.Equal([VerificationFailure.Malformed], report.Failures);
        Assert.False(string.IsNullOrEmpty(report.Explanation));
    }

    [Fact]
    public async Task Bytes_that_do_not_decode_are_a_rejection()
    {
        var segments = await Generate(s_request);
        Assert.True(WebMClip.TryParse(segments[1], out var clip, out _));
        var random = new Random(5);
        var noise = clip!.Video.Select(frame =>
        {
            var data = frame.Data.ToArray();
            random.NextBytes(data.AsSpan(Math.Min(10, data.Length)));
            return frame with { Data = data };
        }).ToArray();
        segments[1] = WebMWriter.WriteSegment(clip.Tracks, 1000, noise, clip.Audio);
        Assert.False((await Verify(segments)).Accepted);
    }

    [Fact]
    public void A_frozen_black_or_silent_clip_is_measured_as_such()
    {
        var still = Enumerable.Repeat(MediaTests.Frame(0), 24).ToArray();
        var measured = IntegrityMeter.Measure(new DecodedClip(64, 64, 12, still, new float[96_000]), speech: true);
        Assert.Equal(0, measured.Motion);
        Assert.True(measured.LongestStill > 1.8);
        Assert.True(measured.LoudnessDecibel < -100);
        var black = new byte[DecodedClip.I420Length(64, 64)];
        Assert.Equal(0, IntegrityMeter.Measure(new DecodedClip(64, 64, 12, [black, black], new float[96_000]), speech: false).Contrast);
        var moving = Enumerable.Range(0, 24).Select(i => MediaTests.Frame(i)).ToArray();
        Assert.True(IntegrityMeter.Measure(new DecodedClip(64, 64, 12, moving, new float[96_000]), speech: false).Motion > 1);
    }

    [Fact]
    public void Sound_distance_tells_sounds_apart_but_not_levels_of_noise()
    {
        float[] Tone(double hertz) => [.. Enumerable.Range(0, 96_000).Select(i => .3f * (float)Math.Sin(2 * Math.PI * hertz * i / 48_000))];
        Assert.Equal(0, SoundDistance.Between(Tone(440), Tone(440)), 9);
        Assert.True(SoundDistance.Between(Tone(440), Tone(1900)) > 3);
        var noisy = Tone(440);
        var random = new Random(1);
        for (var i = 0; i < noisy.Length; i++)
            noisy[i] += (float)(random.NextDouble() - .5) * 2e-3f;
        Assert.True(SoundDistance.Between(Tone(440), noisy) < 2);
    }
}
