using System.Net;
using System.Text.Json;
using Nsn.Protocol.Certificates;
using Nsn.Protocol.Chunks;
using Nsn.Protocol.Recipes;
using Nsn.Vortex;
using Nsn.Vortex.Pipeline;

namespace Nsn.EndToEnd.Tests;

/// <summary>The picture on air is what was asked for: of ten prompts, the clip's own fits best, in the eyes of both towers together.</summary>
public sealed class PictureTests(StackFixture stack)
{
    private static readonly string[] s_others =
    [
        "a scientist in a laboratory by day", "a chef in a kitchen at sunset", "an astronaut in a spaceship", "a pirate on a beach by day", "a robot in a city at night",
        "a wizard in a forest at night", "a cat on a stage", "a bear in a classroom by day", "a newsreader in a city by day",
    ];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_clip_on_air_fits_its_own_prompt_better_than_nine_others()
    {
        const string prompt = "a king with a crown in the mountains at sunset";
        var slot = await CertifiedPromptAsync(prompt);

        // Everything from the public interface, as anybody can do it.
        var segments = await SegmentsAsync(slot);
        Assert.True(RecipeCodec.TryDecode(await BytesAsync($"/api/slots/{slot}/recipe"), out var recipe, out _));
        Assert.Equal(prompt, recipe.VisualTrack.Prompt);
        var request = recipe.ToClipRequest(default);
        var pack = Path.Combine(stack.Application.Stack.Paths.Root, "models", "toon", "pack");
        await using var pipeline = new ClipPipeline(new ClipPipelineOptions { PackFolder = pack, Device = "cpu", Threads = 1 });
        var verifier = pipeline.CreateVerifier();
        var options = new VerificationOptions { Mode = RegenerationMode.None };
        var own = (await verifier.VerifyAsync(segments, request, options, Cancellation)).Scores!;
        Assert.True(own.Passed, $"its own prompt scores {own.A:F3} and {own.B:F3}");
        foreach (var other in s_others)
        {
            var scores = (await verifier.VerifyAsync(segments, request with { Prompt = other }, options, Cancellation)).Scores!;
            Assert.True(
                own.Ensemble > scores.Ensemble,
                $"'{other}' scores {scores.A:F3}, {scores.B:F3}; its own prompt {own.A:F3}, {own.B:F3}");
        }

        // The API tells what the directors held against it.
        var detail = await stack.GetAsync($"/api/slots/{slot}");
        Assert.Equal(pipeline.PackName, detail.GetProperty("modelPack").GetString());
        Assert.True(detail.GetProperty("thresholds").GetProperty("clipA").GetDouble() <= own.A);
        var times = detail.GetProperty("times");
        long[] steps = [.. ((string[])["requested", "started", "published", "certified"]).Select(step => times.GetProperty(step).GetInt64())];
        Assert.Equal(steps.Order(), steps);
    }

    /// <summary>Asks until a slot is certified: on a busy machine a slot may run out of time, which is not what is tested here.</summary>
    private async Task<ulong> CertifiedPromptAsync(string prompt)
    {
        var path = "";
        var certified = await Eventually.HoldsAsync(
            "the prompt is certified",
            async () =>
            {
                if (path.Length == 0)
                {
                    using var submitted = await stack.SubmitAsync(new { prompt });
                    if (submitted.StatusCode == HttpStatusCode.ServiceUnavailable)
                        throw new HttpRequestException(await submitted.Content.ReadAsStringAsync(Cancellation));
                    Assert.Equal(HttpStatusCode.Accepted, submitted.StatusCode);
                    path = submitted.Headers.Location!.ToString();
                }

                var seen = await stack.GetAsync(path);
                if (seen.GetProperty("state").GetString() == "failed")
                    path = "";
                return seen;
            },
            seen => seen.GetProperty("state").GetString() is "certified" or "on-air" or "aired",
            300);
        return certified.GetProperty("slot").GetUInt64();
    }

    private async Task<IReadOnlyList<ReadOnlyMemory<byte>>> SegmentsAsync(ulong slot)
    {
        Assert.True(Certificate.TryDecode(await BytesAsync($"/api/slots/{slot}/certificate"), out var certificate, out _));
        var clip = new ClipAssembler(slot, certificate.Statement.ContentRoot);
        var count = (await stack.GetAsync($"/api/slots/{slot}")).GetProperty("chunks").GetInt32();
        for (var leaf = 0; leaf < count; leaf++)
        {
            Assert.True(Chunk.TryDecode(await BytesAsync($"/api/slots/{slot}/chunks/{leaf}"), out var chunk, out var error), $"chunk {leaf}: {error}");
            Assert.Equal(ChunkError.None, clip.Add(chunk!));
        }

        var segments = new List<ReadOnlyMemory<byte>>();
        while (clip.TryTakeSegment(out var segment))
            segments.Add(segment.Bytes);
        return segments;
    }

    /// <summary>What is at an address; while the channel or the ledger is away the gateway says 503, and is asked again.</summary>
    private async Task<byte[]> BytesAsync(string path)
    {
        using var answer = await Eventually.HoldsAsync(
            $"{path} is served",
            () => stack.Http.GetAsync(new Uri(path, UriKind.Relative), Cancellation),
            answer => answer.StatusCode != HttpStatusCode.ServiceUnavailable,
            60);
        Assert.True(answer.IsSuccessStatusCode, $"GET {path}: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync(Cancellation)}");
        return await answer.Content.ReadAsByteArrayAsync(Cancellation);
    }
}
