using Nsn.Media;
using Nsn.Vortex.Media;
using Nsn.Vortex.Pipeline;

namespace Nsn.Vortex.Tests;

public sealed class PipelineFixture : IAsyncDisposable
{
    private readonly TinyPack _pack = new();

    public PipelineFixture() => Pipeline = Create();

    public ClipPipeline Pipeline { get; }

    public string Folder => _pack.Folder;

    public ClipPipeline Create(Func<ClipPipelineOptions, ClipPipelineOptions>? change = null)
    {
        var options = new ClipPipelineOptions { PackFolder = _pack.Folder, Device = "cpu", Threads = 1 };
        return new ClipPipeline(change?.Invoke(options) ?? options);
    }

    public async ValueTask DisposeAsync()
    {
        await Pipeline.DisposeAsync();
        _pack.Dispose();
    }
}

public sealed class PipelineTests(PipelineFixture fixture) : IClassFixture<PipelineFixture>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    internal static async Task<(List<ReadOnlyMemory<byte>> Segments, ClipResult Result)> Generate(ClipPipeline pipeline, ClipRequest request)
    {
        var segments = new List<ReadOnlyMemory<byte>>();
        ClipResult? result = null;
        await foreach (var output in pipeline.GenerateAsync(request, Cancellation))
        {
            Assert.Null(result);
            if (output is ClipSegment segment)
            {
                Assert.Equal(segments.Count, segment.Index);
                Assert.Equal(TimeSpan.FromSeconds(segments.Count), segment.Start);
                segments.Add(segment.Bytes);
            }
            else
            {
                result = (ClipResult)output;
            }
        }

        return (segments, result!);
    }

    [Fact]
    public async Task Segments_come_first_and_the_result_last()
    {
        var (segments, result) = await Generate(fixture.Pipeline, Requests.Sample with { Script = "Hello." });
        Assert.Equal(2, segments.Count);
        Assert.Equal(2, result.SegmentCount);
        Assert.Equal(512, result.Embedding.Length);
        Assert.Equal(1, Embeddings.Cosine(result.Embedding, result.Embedding), 5);
        Assert.Equal(1, Math.Sqrt(result.Embedding.Sum(value => (double)value * value)), 4);
        Assert.Equal(127, result.QuantisedEmbedding.Max(value => Math.Abs((int)value)));
        Assert.Equal(32, result.Proof.Digest.Length);
        Assert.Equal("cpu", result.Provider);
        Assert.True(result.Times.Total > TimeSpan.Zero);
    }

    [Fact]
    public async Task A_clip_is_the_same_on_every_run_alone_or_in_company()
    {
        var request = Requests.Sample with { Script = "One, two, three.", ExpressionSequence = ["neutral", "angry"], CameraMotion = "zoom_in" };
        var alone = await Generate(fixture.Pipeline, request);
        var others = Enumerable.Range(0, 3).Select(i => Generate(fixture.Pipeline, Requests.Sample with { Seed = ClipSeed.FromNumber((ulong)i) }));
        var together = await Task.WhenAll([Generate(fixture.Pipeline, request), .. others]);
        Assert.Equal(alone.Result.Proof.Digest.ToArray(), together[0].Result.Proof.Digest.ToArray());
        for (var i = 0; i < alone.Segments.Count; i++)
            Assert.Equal(alone.Segments[i].ToArray(), together[0].Segments[i].ToArray());
        Assert.NotEqual(alone.Result.Proof.FramesHash.ToArray(), together[1].Result.Proof.FramesHash.ToArray());
    }

    [Fact]
    public async Task Another_thread_count_gives_the_same_clip()
    {
        await using var two = fixture.Create(options => options with { Threads = 2 });
        var first = await Generate(fixture.Pipeline, Requests.Sample);
        var second = await Generate(two, Requests.Sample);
        Assert.True(Embeddings.Cosine(first.Result.Embedding, second.Result.Embedding) > .999);
        Assert.Equal(first.Result.Proof.SamplesHash.ToArray(), second.Result.Proof.SamplesHash.ToArray());
    }

    [Fact]
    public async Task A_picture_model_published_towers_and_a_published_voice_make_a_clip_that_they_recognise()
    {
        var root = Directory.CreateTempSubdirectory("nsn-published-").FullName;
        try
        {
            string Folder(string name) => Directory.CreateDirectory(Path.Combine(root, name)).FullName;
            PublishedPacks.Diffusion(Folder("picture"), "stable-diffusion", "int64", 0);
            PublishedPacks.Clip(Folder("towers"));
            PublishedPacks.Kokoro(Folder("voice"));
            await using var pipeline = new ClipPipeline(new ClipPipelineOptions
            {
                PackFolder = Folder("picture"),
                TowersPackFolder = Folder("towers"),
                VoicePackFolder = Folder("voice"),
                Device = "cpu",
                Threads = 1,
            });
            var request = Requests.Sample with { Prompt = "a cat", Script = "Hello there.", VoiceId = "af_heart" };
            var (segments, result) = await Generate(pipeline, request);
            Assert.Contains("kokoro 1 with espeak-ng", result.Proof.Environment, StringComparison.Ordinal);
            Assert.NotEqual(Packs.ModelPackReader.Read(Folder("picture")).Hash.ToArray(), result.PackHash.ToArray());
            Assert.Equal(2000, pipeline.VramBytes);
            Assert.Equal(new ClipPipelineOptions { PackFolder = "" }.VramBudgetBytes - 2000, pipeline.VramFreeBytes);
            Assert.False(pipeline.OnGpu);

            // Random towers score as they like; what was made again must be what was published.
            var verifier = pipeline.CreateVerifier();
            var report = await verifier.VerifyAsync(segments, request, new VerificationOptions(), Cancellation);
            Assert.Equal(9, report.Regeneration!.Frames.Count); // six, and three that the verifier chose
            Assert.All(report.Failures, failure => Assert.True(failure is VerificationFailure.LowScore or VerificationFailure.TowerOutlier, report.Explanation));
            var other = await verifier.VerifyAsync(segments, request with { Script = "Good night to all of you." }, new VerificationOptions(), Cancellation);
            Assert.Contains(VerificationFailure.SoundMismatch, other.Failures);
            other = await verifier.VerifyAsync(segments, request with { Seed = ClipSeed.FromNumber(99) }, new VerificationOptions(), Cancellation);
            Assert.Contains(VerificationFailure.FrameMismatch, other.Failures);
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    [Theory]
    [InlineData(320, 192)]
    [InlineData(96, 160)]
    [InlineData(66, 66)]
    public async Task Any_even_size_works(int width, int height)
    {
        var (segments, _) = await Generate(fixture.Pipeline, Requests.Sample with { Width = width, Height = height, DurationSeconds = 1 });
        var clip = await ClipReader.DecodeAsync(new Ffmpeg(), ClipFile.Join(segments), Cancellation);
        Assert.Equal((width, height, 12), (clip.Width, clip.Height, clip.Frames.Count));
    }

    [Fact]
    public async Task A_clip_of_sixty_seconds_works()
    {
        var (segments, result) = await Generate(
            fixture.Pipeline, Requests.Sample with { DurationSeconds = 60, FramesPerSecond = 8, Width = 64, Height = 64, Script = "A minute is long." });
        Assert.Equal(60, segments.Count);
        Assert.Equal(60, result.SegmentCount);
    }

    [Theory]
    [InlineData("length")]
    [InlineData("prompt")]
    [InlineData("blank")]
    [InlineData("script")]
    [InlineData("size")]
    [InlineData("voice")]
    [InlineData("control")]
    [InlineData("hostile")]
    [InlineData("punctuation")]
    [InlineData("expression")]
    public async Task Bad_requests_are_refused_with_a_reason(string what)
    {
        var request = what switch
        {
            "length" => Requests.Sample with { DurationSeconds = 0 },
            "prompt" => Requests.Sample with { Prompt = new string('x', 1) + string.Concat(Enumerable.Repeat("ab", 1000)) },
            "blank" => Requests.Sample with { Prompt = "  \n" },
            "script" => Requests.Sample with { Script = string.Concat(Enumerable.Repeat("ab ", 667)) + "abcd" },
            "size" => Requests.Sample with { Width = 65 },
            "voice" => Requests.Sample with { VoiceId = "nobody" },
            "control" => Requests.Sample with { Prompt = "a cat\u0000" },
            "hostile" => Requests.Sample with { Prompt = "a naked robot" },
            "punctuation" => Requests.Sample with { Prompt = "!!! ???" },
            _ => Requests.Sample with { ExpressionSequence = ["bored"] },
        };
        var exception = await Assert.ThrowsAsync<ClipException>(() => Generate(fixture.Pipeline, request));
        Assert.Equal(ClipError.InvalidRequest, exception.Error);
        Assert.NotEmpty(exception.Message);
    }

    [Theory]
    [InlineData("夜の研究室にいる科学者")]
    [InlineData("учёный в лаборатории")]
    [InlineData("xyzzy plugh frobnicate")]
    [InlineData("👩‍🔬 scientist")]
    public async Task Unknown_words_and_other_scripts_still_give_a_picture(string prompt)
    {
        var (segments, _) = await Generate(fixture.Pipeline, Requests.Sample with { Prompt = prompt, DurationSeconds = 1 });
        Assert.Single(segments);
    }

    [Fact]
    public async Task Cancelling_ends_the_stream_at_once()
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var seen = 0;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var _ in fixture.Pipeline.GenerateAsync(Requests.Sample with { DurationSeconds = 30 }, stop.Token))
            {
                seen++;
                await stop.CancelAsync();
            }
        });
        Assert.InRange(seen, 1, 6);
    }

    [Fact]
    public async Task A_reader_that_stops_early_stops_the_work()
    {
        await foreach (var _ in fixture.Pipeline.GenerateAsync(Requests.Sample with { DurationSeconds = 60 }, Cancellation))
            break;
        await Generate(fixture.Pipeline, Requests.Sample with { DurationSeconds = 1 });
        Assert.Equal(0, fixture.Pipeline.QueueLength);
    }

    [Fact]
    public async Task The_deadline_is_kept()
    {
        await using var hasty = fixture.Create(options => options with { Deadline = TimeSpan.FromMilliseconds(1) });
        var exception = await Assert.ThrowsAsync<ClipException>(() => Generate(hasty, Requests.Sample with { DurationSeconds = 60 }));
        Assert.Equal(ClipError.DeadlineExceeded, exception.Error);
    }

    [Fact]
    public async Task A_missing_ffmpeg_is_named()
    {
        await using var lacking = fixture.Create(options => options with { FfmpegPath = "no-such-ffmpeg" });
        var exception = await Assert.ThrowsAsync<ClipException>(() => Generate(lacking, Requests.Sample));
        Assert.Equal(ClipError.MissingTool, exception.Error);
    }

    [Fact]
    public async Task A_model_that_gives_no_numbers_fails_the_clip()
    {
        using var pack = new TinyPack(brokenFace: true);
        await using var pipeline = new ClipPipeline(new ClipPipelineOptions { PackFolder = pack.Folder, Device = "cpu", Threads = 1 });
        var exception = await Assert.ThrowsAsync<ClipException>(() => Generate(pipeline, Requests.Sample));
        Assert.Equal(ClipError.Inference, exception.Error);
        Assert.Contains("face", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_unknown_device_is_refused()
    {
        Assert.Equal(ClipError.InvalidRequest, Assert.Throws<ClipException>(() => fixture.Create(options => options with { Device = "abacus" })).Error);
        Assert.Equal(ClipError.InvalidRequest, Assert.Throws<ClipException>(() => fixture.Create(options => options with { Device = "cuda" })).Error);
    }
}
