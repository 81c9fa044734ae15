using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
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
    private const int Latent = 8, Edge = Latent * 8;

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
        var tokenizer = new T5Tokenizer(SentencePieceModel());
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

    private JsonObject Write(string family, string timestepType, double guidance)
    {
        const int text = 6, pooled = 5, tokens = 10;
        var flux = family == "flux";
        var channels = flux ? 16 : 4;
        var graphs = new JsonArray
        {
            // Two outputs, as exports have them; the order of the manifest is not that of the kind.
            Add("text_encoder", new OnnxWriter().Input("input_ids", OnnxWriter.Int64, 1, 77).Floats("t", Weights(256 * text), 256, text)
                    .Floats("p", Weights(text * pooled), text, pooled).Longs("a", 1)
                    .Node("Gather", ["t", "input_ids"], ["last_hidden_state"], ("axis", 0L))
                    .Node("ReduceSum", ["last_hidden_state", "a"], ["s"], ("keepdims", 0L)).Node("MatMul", ["s", "p"], ["pooler_output"])
                    .Output("last_hidden_state", OnnxWriter.Float, 1, 77, text).Output("pooler_output", OnnxWriter.Float, 1, pooled),
                [("input_ids", "int64", [1, 77])], [("last_hidden_state", "float32", [1, 77, text]), ("pooler_output", "float32", [1, pooled])]),
            Add("vae_decoder", new OnnxWriter().Input("latent_sample", OnnxWriter.Float, 1, channels, Latent, Latent)
                    .Floats("k", Weights(3 * channels), 3, channels, 1, 1).Floats("scales", [1, 1, 8, 8], 4)
                    .Node("Conv", ["latent_sample", "k"], ["c"]).Node("Tanh", ["c"], ["h"]).Node("Resize", ["h", "", "scales"], ["sample"])
                    .Output("sample", OnnxWriter.Float, 1, 3, Edge, Edge),
                [("latent_sample", "float32", [1, channels, Latent, Latent])], [("sample", "float32", [1, 3, Edge, Edge])]),
        };
        if (flux)
        {
            const int count = Latent * Latent / 4, width = 64;
            graphs.Add(Add("text_encoder_2", new OnnxWriter().Input("input_ids", OnnxWriter.Int64, 1, tokens).Floats("t", Weights(16 * text), 16, text)
                    .Node("Gather", ["t", "input_ids"], ["last_hidden_state"], ("axis", 0L)).Output("last_hidden_state", OnnxWriter.Float, 1, tokens, text),
                [("input_ids", "int64", [1, tokens])], [("last_hidden_state", "float32", [1, tokens, text])]));
            graphs.Add(Add("transformer", new OnnxWriter().Input("hidden_states", OnnxWriter.Float, 1, count, width).Input("encoder_hidden_states", OnnxWriter.Float, 1, tokens, text)
                    .Input("pooled_projections", OnnxWriter.Float, 1, pooled).Input("timestep", OnnxWriter.Float, 1).Input("img_ids", OnnxWriter.Float, count, 3)
                    .Input("txt_ids", OnnxWriter.Float, tokens, 3).Input("guidance", OnnxWriter.Float, 1)
                    .Floats("w", Weights(text * width), text, width).Floats("q", Weights(pooled * width), pooled, width).Floats("i", Weights(3 * width), 3, width).Longs("a", 1)
                    .Node("ReduceMean", ["encoder_hidden_states"], ["m"], ("axes", new long[] { 1 }), ("keepdims", 1L)).Node("MatMul", ["m", "w"], ["e"])
                    .Node("MatMul", ["pooled_projections", "q"], ["f"]).Node("MatMul", ["img_ids", "i"], ["g"]).Node("Mul", ["f", "timestep"], ["ft"]).Node("Add", ["e", "ft"], ["ef"])
                    .Node("Add", ["ef", "g"], ["efg"]).Node("Mul", ["efg", "guidance"], ["s"]).Node("Add", ["hidden_states", "s"], ["u"])
                    .Node("ReduceMean", ["txt_ids"], ["z"], ("keepdims", 0L)).Node("Add", ["u", "z"], ["out_hidden_states"])
                    .Output("out_hidden_states", OnnxWriter.Float, 1, count, width),
                [
                    ("hidden_states", "float32", [1, count, width]), ("encoder_hidden_states", "float32", [1, tokens, text]), ("pooled_projections", "float32", [1, pooled]),
                    ("timestep", "float32", [1]), ("img_ids", "float32", [count, 3]), ("txt_ids", "float32", [tokens, 3]), ("guidance", "float32", [1]),
                ],
                [("out_hidden_states", "float32", [1, count, width])]));
        }
        else
        {
            graphs.Add(Add("unet", new OnnxWriter().Input("timestep", timestepType == "int64" ? OnnxWriter.Int64 : OnnxWriter.Float, 1)
                    .Input("sample", OnnxWriter.Float, 1, channels, Latent, Latent).Input("encoder_hidden_states", OnnxWriter.Float, 1, 77, text)
                    .Floats("w", Weights(text * channels), text, channels).Longs("shape", 1, channels, 1, 1).Floats("thousandth", [.001f], 1)
                    .Node("ReduceMean", ["encoder_hidden_states"], ["m"], ("axes", new long[] { 1 }), ("keepdims", 0L)).Node("MatMul", ["m", "w"], ["e"])
                    .Node("Reshape", ["e", "shape"], ["r"]).Node("Cast", ["timestep"], ["tf"], ("to", 1L)).Node("Mul", ["tf", "thousandth"], ["ts"]).Node("Mul", ["r", "ts"], ["rt"])
                    .Node("Tanh", ["sample"], ["h"]).Node("Add", ["h", "rt"], ["out_sample"]).Output("out_sample", OnnxWriter.Float, 1, channels, Latent, Latent),
                [("timestep", timestepType, [1]), ("sample", "float32", [1, channels, Latent, Latent]), ("encoder_hidden_states", "float32", [1, 77, text])],
                [("out_sample", "float32", [1, channels, Latent, Latent])]));
        }

        var vocabulary = Enumerable.Range(0, 100).ToDictionary(i => $"x{i}", i => i);
        foreach (var (piece, id) in new[] { ("c", 100), ("a", 101), ("t</w>", 102), ("a</w>", 103), ("<|startoftext|>", 104), ("<|endoftext|>", 105) })
            vocabulary[piece] = id;
        var files = new JsonArray(Entry("vocab", JsonSerializer.SerializeToUtf8Bytes(vocabulary)), Entry("merges", "#version: 0.2\n"u8.ToArray()));
        if (flux)
            files.Add(Entry("spiece", SentencePieceModel()));
        var manifest = new JsonObject
        {
            ["schema"] = "nsn.model-pack/1",
            ["name"] = "picture",
            ["version"] = "1",
            ["licence"] = "MIT",
            ["kind"] = "latent-diffusion",
            ["vram_bytes"] = 1000,
            ["diffusion"] = new JsonObject
            {
                ["family"] = family,
                ["steps"] = 3,
                ["guidance"] = guidance,
                ["latent_scale"] = .5,
                ["latent_shift"] = flux ? .1 : 0,
                ["dynamic_shift"] = flux,
            },
            ["graphs"] = graphs,
            ["files"] = files,
        };
        File.WriteAllText(Path.Combine(_folder, "manifest.json"), manifest.ToJsonString());
        return manifest;
    }

    private static float[] Weights(int count)
    {
        var random = new Random(count);
        return [.. Enumerable.Range(0, count).Select(_ => (float)(random.NextDouble() - .5))];
    }

    private JsonObject Add(string name, OnnxWriter onnx, (string, string, object[])[] inputs, (string, string, object[])[] outputs)
    {
        JsonArray Tensors((string Name, string Type, object[] Shape)[] tensors) => [.. tensors.Select(tensor => new JsonObject
        {
            ["name"] = tensor.Name,
            ["type"] = tensor.Type,
            ["shape"] = JsonSerializer.SerializeToNode(tensor.Shape),
        })];
        var entry = Entry(name, onnx.ToArray());
        entry["inputs"] = Tensors(inputs);
        entry["outputs"] = Tensors(outputs);
        return entry;
    }

    private JsonObject Entry(string name, byte[] bytes)
    {
        File.WriteAllBytes(Path.Combine(_folder, name), bytes);
        return new JsonObject { ["name"] = name, ["file"] = name, ["bytes"] = bytes.Length, ["sha256"] = Convert.ToHexString(SHA256.HashData(bytes)) };
    }

    // A unigram model by the field numbers of sentencepiece_model.proto: pieces (1), trainer (2), normalizer (3).
    private static byte[] SentencePieceModel()
    {
        var model = new List<byte>();
        void Message(int field, byte[] content) => model.AddRange([(byte)((field << 3) | 2), (byte)content.Length, .. content]);
        void Piece(string text, float score, byte type)
        {
            var bytes = Encoding.UTF8.GetBytes(text);
            Message(1, [0x0A, (byte)bytes.Length, .. bytes, 0x15, .. BitConverter.GetBytes(score), 0x18, type]);
        }

        Piece("<pad>", 0, 3);
        Piece("</s>", 0, 3);
        Piece("<unk>", 0, 2);
        Piece("\u2581a", -2, 1);
        Piece("\u2581cat", -3, 1);
        foreach (var letter in "cat\u2581")
            Piece(letter.ToString(), -8, 1);

        // model_type 1 is unigram; ids of unknown, start (none), end, padding.
        Message(2, [0x18, 1, 0xC0, 0x02, 2, 0xC8, 0x02, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01, 0xD0, 0x02, 1, 0xD8, 0x02, 0]);
        Message(3, [0x0A, 8, .. "identity"u8, 0x18, 1, 0x20, 1, 0x28, 1]);
        return [.. model];
    }
}
