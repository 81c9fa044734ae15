using System.Text.Json.Nodes;
using Nsn.Vortex.Diffusion;
using Nsn.Vortex.Inference;
using Nsn.Vortex.Packs;
using Nsn.Vortex.Pipeline;
using Nsn.Vortex.Voice;

namespace Nsn.Vortex.Tests;

/// <summary>The schedules against their definitions, and whole packs on small random graphs of the published signatures.</summary>
public sealed class DiffusionTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("nsn-diffusion-").FullName;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void The_noise_levels_are_those_of_stable_diffusion()
    {
        var one = new EulerSchedule(1);
        Assert.Equal([999], one.Timesteps);
        Assert.Equal(14.6146, one.Sigmas[0], 3);
        Assert.Equal(0, one.Sigmas[^1]);
        var four = new EulerSchedule(4);
        Assert.Equal([999, 749, 499, 249], four.Timesteps);
        Assert.Equal(four.Sigmas.OrderDescending(), four.Sigmas);
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(4, false)]
    [InlineData(30, false)]
    [InlineData(1, true)]
    [InlineData(7, true)]
    public void A_model_that_knows_the_noise_leads_to_the_picture(int steps, bool velocity)
    {
        var (clean, noise) = Pair();
        var schedule = new EulerSchedule(steps);
        var latents = clean.Zip(noise, (c, n) => (float)(c + (schedule.Sigmas[0] * n))).ToArray();
        for (var step = 0; step < steps; step++)
        {
            // v = alpha noise - sigma clean with the trained scaling alpha = 1 / sqrt(1 + s^2).
            var alpha = 1 / Math.Sqrt(1 + (schedule.Sigmas[step] * schedule.Sigmas[step]));
            var prediction = velocity ? clean.Zip(noise, (c, n) => (float)(alpha * (n - (schedule.Sigmas[step] * c)))).ToArray() : noise;
            schedule.Step(latents, prediction, step, velocity);
        }

        for (var i = 0; i < clean.Length; i++)
            Assert.Equal(clean[i], latents[i], 3);
    }

    [Fact]
    public void The_flow_leads_to_the_picture_and_shifts_its_steps_as_published()
    {
        Assert.Equal([1, .75, .5, .25, 0], new FlowSchedule(4, 0).Times);
        var large = new FlowSchedule(4, 4096);
        Assert.Equal(1, large.Times[0]);
        Assert.Equal(Math.Exp(1.15) / (Math.Exp(1.15) + 1), large.Times[2], 9); // the middle of the even steps
        Assert.True(new FlowSchedule(4, 256).Times[2] < large.Times[2]);

        var (clean, noise) = Pair();
        var schedule = new FlowSchedule(6, 1024);
        var latents = (float[])noise.Clone();
        for (var step = 0; step < 6; step++)
            schedule.Step(latents, noise.Zip(clean, (n, c) => n - c).ToArray(), step);
        for (var i = 0; i < clean.Length; i++)
            Assert.Equal(clean[i], latents[i], 3);
    }

    [Fact]
    public void Tokens_unpack_to_the_latents_they_cover()
    {
        // A token of one channel holds its 2 x 2 cell row by row.
        float[] tokens = [0, 1, 4, 5, 2, 3, 6, 7];
        Assert.Equal([0, 1, 2, 3, 4, 5, 6, 7], FluxPacking.Unpack(tokens, 1, 2, 4));
        Assert.Equal([0, 0, 0, 0, 0, 1, 0, 1, 0, 0, 1, 1], FluxPacking.Positions(4, 4));
    }

    [Fact]
    public void T5_takes_the_likeliest_pieces_and_ends_with_its_end_token()
    {
        var tokenizer = new T5Tokenizer(PublishedPacks.SentencePieceModel());
        Assert.Equal([3, 4, 1, 0, 0, 0], tokenizer.Encode("a cat", 6));
        Assert.Equal([3, 4, 4, 1], tokenizer.Encode("a cat cat cat cat", 4));
        Assert.Equal(ClipError.Pack, Assert.Throws<ClipException>(() => new T5Tokenizer("no model"u8.ToArray())).Error);
    }

    [Theory]
    [InlineData("stable-diffusion", "int64", 0.0)]
    [InlineData("stable-diffusion", "float32", 2.0)]
    [InlineData("flux", "float32", 3.5)]
    public async Task A_pack_of_the_published_signature_films_a_picture(string family, string timestepType, double guidance)
    {
        Write(family, timestepType, guidance);
        using var device = new InferenceDevice("cpu", 1);
        using var loaded = LoadedPack.Load(device, ModelPackReader.Read(_folder));
        var request = Requests.Sample with { DurationSeconds = 1, Prompt = "a cat" };
        var one = await FramesAsync(loaded.Model!, request, [0, 5, 11]);
        Assert.All(one, frame => Assert.Equal(request.Width * request.Height * 3 / 2, frame.Length));

        // The camera moves; the same frame alone is the same bytes; another prompt or seed is another picture.
        Assert.NotEqual(one[0], one[2]);
        Assert.Equal(one[1], (await FramesAsync(loaded.Model!, request, [5]))[0]);
        Assert.NotEqual(one[1], (await FramesAsync(loaded.Model!, request with { Prompt = "cat cat" }, [5]))[0]);
        Assert.NotEqual(one[1], (await FramesAsync(loaded.Model!, request with { Seed = ClipSeed.FromNumber(8) }, [5]))[0]);

        // Only guidance above 1 of a UNet reads the negative prompt.
        var negative = await FramesAsync(loaded.Model!, request with { NegativePrompt = "a cat cat" }, [5]);
        Assert.Equal(family == "stable-diffusion" && guidance > 1, !one[1].AsSpan().SequenceEqual(negative[0]));
    }

    [Fact]
    public void A_manifest_without_settings_or_with_impossible_ones_is_refused()
    {
        using var device = new InferenceDevice("cpu", 1);
        void Refused(Action<JsonObject> change, string mentions)
        {
            var manifest = Write("stable-diffusion", "int64", 0);
            change(manifest);
            File.WriteAllText(Path.Combine(_folder, "manifest.json"), manifest.ToJsonString());
            var exception = Assert.Throws<ClipException>(() => LoadedPack.Load(device, ModelPackReader.Read(_folder)));
            Assert.Equal(ClipError.Pack, exception.Error);
            Assert.Contains(mentions, exception.Message, StringComparison.Ordinal);
        }

        Refused(manifest => manifest.Remove("diffusion"), "diffusion");
        Refused(manifest => manifest["diffusion"]!["family"] = "other", "other");
        Refused(manifest => manifest["diffusion"]!["steps"] = 0, "steps");
        Refused(manifest => manifest["diffusion"]!["latent_scale"] = 0, "latent_scale");
        Refused(manifest => manifest["diffusion"]!["prediction"] = "sample", "sample");
    }

    [Fact]
    public async Task A_cancelled_request_does_not_wait_for_the_picture()
    {
        Write("stable-diffusion", "int64", 0);
        using var device = new InferenceDevice("cpu", 1);
        using var loaded = LoadedPack.Load(device, ModelPackReader.Read(_folder));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            loaded.Model!.PrepareAsync(Requests.Sample, new SoundTrack([], [], []), new CancellationToken(canceled: true)));
    }

    private static async Task<List<byte[]>> FramesAsync(IClipModel model, ClipRequest request, int[] indices)
    {
        var scene = await model.PrepareAsync(request, new SoundTrack([], [], []), Cancellation);
        var frames = new List<byte[]>();
        await foreach (var frame in scene.RenderAsync(indices, Cancellation))
            frames.Add(frame);
        return frames;
    }

    private static (float[] Clean, float[] Noise) Pair()
    {
        var random = new Random(5);
        float[] Values() => [.. Enumerable.Range(0, 40).Select(_ => (float)((random.NextDouble() * 4) - 2))];
        return (Values(), Values());
    }

    private JsonObject Write(string family, string timestepType, double guidance) => PublishedPacks.Diffusion(_folder, family, timestepType, guidance);
}
