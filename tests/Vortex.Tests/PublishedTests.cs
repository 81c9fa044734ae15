using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Nsn.Vortex.Inference;
using Nsn.Vortex.Packs;
using Nsn.Vortex.Published;

namespace Nsn.Vortex.Tests;

public sealed class PublishedTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("nsn-clip-").FullName;

    // A miniature of CLIP's vocabulary: bytes, bytes at word ends, merges, special tokens.
    private static readonly string[] s_merges = ["c a", "ca t</w>", "d o", "do g</w>", "h e", "l l", "he ll", "hell o</w>"];

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static (byte[] Vocabulary, string Merges) Files()
    {
        var symbols = Enumerable.Range('!', '~' - '!' + 1).Select(c => ((char)c).ToString()).ToList();
        symbols.AddRange(symbols.Select(symbol => symbol + "</w>").ToArray());
        symbols.AddRange(s_merges.Select(merge => merge.Replace(" ", "", StringComparison.Ordinal)));
        symbols.AddRange(["<|startoftext|>", "<|endoftext|>"]);
        return (JsonSerializer.SerializeToUtf8Bytes(symbols.Select((symbol, i) => (symbol, i)).ToDictionary(pair => pair.symbol, pair => pair.i)),
            "#version: 0.2\n" + string.Join('\n', s_merges) + "\n");
    }

    private static ClipTokenizer Tokenizer(out Dictionary<string, int> vocabulary)
    {
        var (bytes, merges) = Files();
        vocabulary = JsonSerializer.Deserialize<Dictionary<string, int>>(bytes)!;
        return new ClipTokenizer(bytes, merges);
    }

    [Fact]
    public void Clip_tokens_merge_by_rank_and_end_words()
    {
        var tokenizer = Tokenizer(out var vocabulary);
        long[] Ids(params string[] symbols) => [.. symbols.Select(symbol => (long)vocabulary[symbol])];
        Assert.Equal(Ids("cat</w>"), tokenizer.Tokens("Cat"));
        Assert.Equal(Ids("hello</w>", ",</w>", "dog</w>", "'", "s</w>"), tokenizer.Tokens("  Hello,\n dog's"));
        Assert.Equal(Ids("ca", "t", "s</w>"), tokenizer.Tokens("cats"));
        Assert.Equal(Ids("1</w>", "2</w>"), tokenizer.Tokens("12"));
        var encoded = tokenizer.Encode("cat");
        Assert.Equal(ClipTokenizer.ContextLength, encoded.Length);
        Assert.Equal(Ids("<|startoftext|>", "cat</w>", "<|endoftext|>", "<|endoftext|>"), encoded[..4]);
        var cut = tokenizer.Encode(string.Join(' ', Enumerable.Repeat("cat", 200)));
        Assert.Equal(vocabulary["<|endoftext|>"], cut[^1]);
        Assert.Equal(vocabulary["cat</w>"], cut[^2]);
    }

    [Fact]
    public void A_vocabulary_of_something_else_is_refused()
    {
        Assert.Equal(ClipError.Pack, Assert.Throws<ClipException>(() => new ClipTokenizer("{\"a\":1}"u8, "")).Error);
        Assert.Equal(ClipError.Pack, Assert.Throws<ClipException>(() => new ClipTokenizer("nonsense"u8, "")).Error);
    }

    [Theory]
    [InlineData(256, 256)]
    [InlineData(640, 360)]
    [InlineData(128, 200)]
    public void Pictures_are_normalised_with_the_published_mean_and_deviation(int width, int height)
    {
        var grey = new byte[width * height * 3 / 2];
        grey.AsSpan(0, width * height).Fill(126);
        grey.AsSpan(width * height).Fill(128);
        var planes = ClipImage.Prepare(grey, width, height);
        var level = Math.Round((126 - 16) * 1.164384) / 255;
        Assert.Equal(3 * 224 * 224, planes.Length);
        Assert.All(planes[..(224 * 224)], value => Assert.Equal((level - .48145466) / .26862954, value, 3));
        Assert.Equal((level - .40821073) / .27577711, planes[^1], 3);
    }

    [Fact]
    public async Task The_ensemble_runs_on_graphs_of_the_published_signature()
    {
        var random = new Random(1);
        float[] Weights(int count) => [.. Enumerable.Range(0, count).Select(_ => (float)(random.NextDouble() - .5))];
        OnnxWriter Image(int size) => new OnnxWriter().Input("pixel_values", OnnxWriter.Float, "n", 3, 224, 224)
            .Node("AveragePool", ["pixel_values"], ["p"], ("kernel_shape", new long[] { 56, 56 }), ("strides", new long[] { 56, 56 }))
            .Node("Flatten", ["p"], ["f"], ("axis", 1L)).Floats("w", Weights(48 * size), 48, size).Node("MatMul", ["f", "w"], ["image_embeds"])
            .Output("image_embeds", OnnxWriter.Float, "n", size);
        OnnxWriter Text(int size) => new OnnxWriter().Input("input_ids", OnnxWriter.Int64, "n", 77).Floats("t", Weights(256 * size), 256, size).Longs("a", 1)
            .Node("Gather", ["t", "input_ids"], ["e"], ("axis", 0L)).Node("ReduceSum", ["e", "a"], ["text_embeds"], ("keepdims", 0L))
            .Output("text_embeds", OnnxWriter.Float, "n", size);
        var graphs = new JsonArray();
        foreach (var (name, onnx, size, image) in new[]
        {
            ("b32_image", Image(512), 512, true), ("l14_image", Image(768), 768, true), ("b32_text", Text(512), 512, false), ("l14_text", Text(768), 768, false),
        })
        {
            graphs.Add(Entry(name, name + ".onnx", onnx.ToArray(), entry =>
            {
                entry["inputs"] = new JsonArray(new JsonObject
                {
                    ["name"] = image ? "pixel_values" : "input_ids",
                    ["type"] = image ? "float32" : "int64",
                    ["shape"] = image ? new JsonArray("n", 3, 224, 224) : new JsonArray("n", 77),
                });
                entry["outputs"] = new JsonArray(new JsonObject
                {
                    ["name"] = image ? "image_embeds" : "text_embeds",
                    ["type"] = "float32",
                    ["shape"] = new JsonArray("n", size),
                });
            }));
        }

        var (vocabulary, merges) = Files();
        var manifest = new JsonObject
        {
            ["schema"] = "nsn.model-pack/1",
            ["name"] = "clip",
            ["version"] = "1",
            ["licence"] = "MIT",
            ["kind"] = "clip-ensemble",
            ["vram_bytes"] = 1000,
            ["graphs"] = graphs,
            ["files"] = new JsonArray(Entry("vocab", "vocab.json", vocabulary), Entry("merges", "merges.txt", Encoding.UTF8.GetBytes(merges))),
        };
        File.WriteAllText(Path.Combine(_folder, "manifest.json"), manifest.ToJsonString());

        using var device = new InferenceDevice("cpu", 1);
        using var ensemble = new ClipEnsemble(device, ModelPackReader.Read(_folder));
        var frames = Enumerable.Range(0, 5).Select(i => ensemble.Prepare(MediaTests.Frame(i), 64, 64)).ToArray();
        var (embedding, scores) = await ensemble.EmbedAsync(frames, "a cat", TestContext.Current.CancellationToken);
        Assert.Equal(512, embedding.Length);
        Assert.Equal(1, Math.Sqrt(embedding.Sum(value => (double)value * value)), 4);
        Assert.InRange(scores.A, 0, 1);
        Assert.Equal((.4 * scores.A) + (.6 * scores.B), scores.Ensemble, 6);
        Assert.Equal(Math.Abs(scores.A - scores.B) > .15, scores.Outlier);
    }

    [Fact]
    public async Task Kokoro_speaks_on_a_graph_of_the_published_signature()
    {
        // 600 samples a token: a table of waveforms, made louder by the style's first value and scaled by the speed.
        var random = new Random(2);
        var onnx = new OnnxWriter().Input("input_ids", OnnxWriter.Int64, 1, "n").Input("style", OnnxWriter.Float, 1, 256).Input("speed", OnnxWriter.Float, 1)
            .Floats("t", [.. Enumerable.Range(0, 64 * 600).Select(_ => (float)(random.NextDouble() - .5) * .2f)], 64, 600).Longs("shape", 1, -1).Longs("a", 1)
            .Node("Gather", ["t", "input_ids"], ["e"], ("axis", 0L)).Node("Reshape", ["e", "shape"], ["w"])
            .Node("ReduceMean", ["style"], ["m"], ("axes", new long[] { 1 }), ("keepdims", 1L)).Node("Mul", ["w", "m"], ["l"]).Node("Mul", ["l", "speed"], ["waveform"])
            .Output("waveform", OnnxWriter.Float, 1, "s");
        var styles = new byte[20 * 256 * 4];
        Buffer.BlockCopy(Enumerable.Repeat(1f, 20 * 256).ToArray(), 0, styles, 0, styles.Length);
        var vocabulary = "abdefhijklmnoprstuvwzæðŋɐɑɔəɛɜɡɪɹʃʊʌʒθˈ ".EnumerateRunes().Select((rune, i) => (rune, i))
            .ToDictionary(pair => pair.rune.ToString(), pair => pair.i + 1);
        var manifest = new JsonObject
        {
            ["schema"] = "nsn.model-pack/1",
            ["name"] = "kokoro",
            ["version"] = "1",
            ["licence"] = "Apache-2.0",
            ["kind"] = "kokoro",
            ["vram_bytes"] = 1000,
            ["graphs"] = new JsonArray(Entry("speech", "speech.onnx", onnx.ToArray(), entry =>
            {
                JsonNode Tensor(string name, string type, params object[] shape) =>
                    new JsonObject { ["name"] = name, ["type"] = type, ["shape"] = JsonSerializer.SerializeToNode(shape) };
                entry["inputs"] = new JsonArray(Tensor("input_ids", "int64", 1, "n"), Tensor("style", "float32", 1, 256), Tensor("speed", "float32", 1));
                entry["outputs"] = new JsonArray(Tensor("waveform", "float32", 1, "s"));
            })),
            ["files"] = new JsonArray(Entry("vocab", "vocab.json", JsonSerializer.SerializeToUtf8Bytes(vocabulary)), Entry("af_heart", "af_heart.bin", styles)),
        };
        File.WriteAllText(Path.Combine(_folder, "manifest.json"), manifest.ToJsonString());
        using var device = new InferenceDevice("cpu", 1);
        using var voice = new KokoroVoice(device, ModelPackReader.Read(_folder));
        Assert.Equal(["default", "af_heart"], voice.Voices);
        var speech = await voice.SpeakAsync(new Voice.SpeechRequest("Hello there. Good night.", "af_heart", 1, "neutral"), TestContext.Current.CancellationToken);
        Assert.Equal(24_000, speech.SampleRate);
        Assert.True(speech.Samples.Length > 10 * 600);
        Assert.True(speech.Phonemes[^1].Start + speech.Phonemes[^1].Duration <= speech.Duration + TimeSpan.FromMilliseconds(1));
        await Assert.ThrowsAsync<ClipException>(async () => await voice.SpeakAsync(new Voice.SpeechRequest("Hi.", "nobody", 1, "neutral"), TestContext.Current.CancellationToken));
    }

    private JsonObject Entry(string name, string file, byte[] bytes, Action<JsonObject>? more = null)
    {
        File.WriteAllBytes(Path.Combine(_folder, file), bytes);
        var entry = new JsonObject
        {
            ["name"] = name,
            ["file"] = file,
            ["bytes"] = bytes.Length,
            ["sha256"] = Convert.ToHexString(SHA256.HashData(bytes)),
        };
        more?.Invoke(entry);
        return entry;
    }
}
