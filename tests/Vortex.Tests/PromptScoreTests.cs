using Nsn.Vortex.Pipeline;
using Nsn.Vortex.Toon;

namespace Nsn.Vortex.Tests;

/// <summary>Prompts as people type them: with words that the pack does not know, and without a character that it knows.</summary>
public sealed class PromptScoreTests(PromptScoreTests.TrainedPack pack) : IClassFixture<PromptScoreTests.TrainedPack>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static ToonCaptions Captions()
    {
        var layout = ToonTests.Layout();
        return new ToonCaptions(layout, new ToonText(layout.Tokeniser));
    }

    [Theory]
    [InlineData("A robot in the city, at night!", "robot city night")]
    [InlineData("a sad old king who sings on a stage", "sad king stage")]
    [InlineData("the news anchor on a beach", "news anchor beach")]
    public void Of_a_prompt_that_names_a_character_the_known_words_are_read(string prompt, string caption) => Assert.Equal([caption], Captions().Of(prompt));

    [Theory]
    [InlineData("a surprised horse in the city", "surprised scientist city", "surprised newsreader city")]
    [InlineData("a horse on a white old boat at night", "scientist white night", "newsreader white night")]
    [InlineData("by day on a beach", "scientist day beach", "newsreader day beach")]
    [InlineData("the news from the beach", "scientist news beach", "newsreader news beach")]
    public void Where_a_prompt_leaves_open_who_is_to_be_seen_every_character_is_read_in_that_place(string prompt, string first, string last)
    {
        var captions = Captions().Of(prompt);
        Assert.Equal((10, first, last), (captions.Count, captions[0], captions[^1]));
        Assert.Distinct(captions);
    }

    [Fact]
    public void Of_a_prompt_without_a_known_word_nothing_is_read() => Assert.Empty(Captions().Of("Ein Pferd rennt schnell."));

    [Theory]
    [InlineData("a horse by day")]
    [InlineData("a horse at night")]
    [InlineData("two dragons on a beach")]
    [InlineData("a surprised penguin")]
    [InlineData("in the mountains in the evening")]
    public async Task A_clip_of_a_prompt_that_leaves_open_who_is_to_be_seen_fits_it(string prompt)
    {
        for (var seed = 1UL; seed <= 2; seed++)
        {
            var (_, result) = await PipelineTests.Generate(pack.Pipeline, Requests.Sample with { Prompt = prompt, DurationSeconds = 1, Seed = ClipSeed.FromNumber(seed) });
            Assert.True(result.Scores is { Passed: true, Outlier: false }, $"seed {seed}: {result.Scores}");
        }
    }

    [Theory]
    [InlineData("a robot in the mountains by day", "a horse in a library at night")]
    [InlineData("a horse on a beach by day", "a horse in a kitchen at night")]
    public async Task A_clip_of_something_else_does_not_fit_such_a_prompt(string made, string wanted)
    {
        var request = Requests.Sample with { Prompt = made, DurationSeconds = 1 };
        var (segments, _) = await PipelineTests.Generate(pack.Pipeline, request);
        var report = await pack.Pipeline.CreateVerifier().VerifyAsync(segments, request with { Prompt = wanted }, new VerificationOptions { Mode = RegenerationMode.None }, Cancellation);
        Assert.Contains(VerificationFailure.LowScore, report.Failures);
    }

    /// <summary>The pack that the channel is made with, loaded once.</summary>
    public sealed class TrainedPack : IAsyncDisposable
    {
        private readonly Lazy<ClipPipeline> _pipeline = new(() => new ClipPipeline(new ClipPipelineOptions { PackFolder = ToonTests.Pack(), Device = "cpu", Threads = 2 }));

        public ClipPipeline Pipeline => _pipeline.Value;

        public ValueTask DisposeAsync() => _pipeline.IsValueCreated ? _pipeline.Value.DisposeAsync() : ValueTask.CompletedTask;
    }
}
