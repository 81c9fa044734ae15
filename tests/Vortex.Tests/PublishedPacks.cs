using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Nsn.Vortex.Tests;

/// <summary>Packs of random graphs with the signatures of published models: CLIP, Kokoro, Stable Diffusion and FLUX.</summary>
internal static class PublishedPacks
{
    private const int Latent = 8, Edge = Latent * 8;

    // A miniature of CLIP's vocabulary: bytes, bytes at word ends, merges, special tokens.
    private static readonly string[] s_merges = ["c a", "ca t</w>", "d o", "do g</w>", "h e", "l l", "he ll", "hell o</w>"];

    public static (byte[] Vocabulary, string Merges) ClipVocabulary()
    {
        var symbols = Enumerable.Range('!', '~' - '!' + 1).Select(c => ((char)c).ToString()).ToList();
        symbols.AddRange(symbols.Select(symbol => symbol + "</w>").ToArray());
        symbols.AddRange(s_merges.Select(merge => merge.Replace(" ", "", StringComparison.Ordinal)));
        symbols.AddRange(["<|startoftext|>", "<|endoftext|>"]);
        return (JsonSerializer.SerializeToUtf8Bytes(symbols.Select((symbol, i) => (symbol, i)).ToDictionary(pair => pair.symbol, pair => pair.i)),
            "#version: 0.2\n" + string.Join('\n', s_merges) + "\n");
    }

    public static void Clip(string folder)
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
            graphs.Add(Described(folder, name, name + ".onnx", onnx.ToArray(), entry =>
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

        var (vocabulary, merges) = ClipVocabulary();
        var manifest = new JsonObject
        {
            ["schema"] = "nsn.model-pack/1",
            ["name"] = "clip",
            ["version"] = "1",
            ["licence"] = "MIT",
            ["kind"] = "clip-ensemble",
            ["vram_bytes"] = 1000,
            ["graphs"] = graphs,
            ["files"] = new JsonArray(Described(folder, "vocab", "vocab.json", vocabulary), Described(folder, "merges", "merges.txt", Encoding.UTF8.GetBytes(merges))),
        };
        File.WriteAllText(Path.Combine(folder, "manifest.json"), manifest.ToJsonString());
    }

    /// <summary>The symbols that Kokoro-82M knows; ids here are their places, which fit a smaller table.</summary>
    public const string KokoroSymbols =
        ";:,.!?—…\"()“” \u0303ʣʥʦʨᵝꭧAIOQSTWYᵊabcdefhijklmnopqrstuvwxyzɑɐɒæβɔɕçɖðʤəɚɛɜɟɡɥɨɪʝɯɰŋɳɲɴøɸθœɹɾɻʁɽʂʃʈʧʊʋʌɣɤχʎʒʔˈˌːʰʲ↓→↗↘ᵻ";

    public static void Kokoro(string folder, JsonObject? emotions = null)
    {
        // 600 samples a token: a table of waveforms, made louder by the style's first value and scaled by the speed.
        var random = new Random(2);
        var onnx = new OnnxWriter().Input("input_ids", OnnxWriter.Int64, 1, "n").Input("style", OnnxWriter.Float, 1, 256).Input("speed", OnnxWriter.Float, 1)
            .Floats("t", [.. Enumerable.Range(0, 128 * 600).Select(_ => (float)(random.NextDouble() - .5) * .2f)], 128, 600).Longs("shape", 1, -1).Longs("a", 1)
            .Node("Gather", ["t", "input_ids"], ["e"], ("axis", 0L)).Node("Reshape", ["e", "shape"], ["w"])
            .Node("ReduceMean", ["style"], ["m"], ("axes", new long[] { 1 }), ("keepdims", 1L)).Node("Mul", ["w", "m"], ["l"]).Node("Mul", ["l", "speed"], ["waveform"])
            .Output("waveform", OnnxWriter.Float, 1, "s");
        var styles = new byte[20 * 256 * 4];
        Buffer.BlockCopy(Enumerable.Repeat(1f, 20 * 256).ToArray(), 0, styles, 0, styles.Length);
        var loud = new byte[styles.Length];
        Buffer.BlockCopy(Enumerable.Repeat(3f, 20 * 256).ToArray(), 0, loud, 0, loud.Length);
        var vocabulary = KokoroSymbols.EnumerateRunes().Select((rune, i) => (rune, i)).ToDictionary(pair => pair.rune.ToString(), pair => pair.i + 1);
        var manifest = new JsonObject
        {
            ["schema"] = "nsn.model-pack/1",
            ["name"] = "kokoro",
            ["version"] = "1",
            ["licence"] = "Apache-2.0",
            ["kind"] = "kokoro",
            ["vram_bytes"] = 1000,
            ["graphs"] = new JsonArray(Described(folder, "speech", "speech.onnx", onnx.ToArray(), entry =>
            {
                JsonNode Tensor(string name, string type, params object[] shape) =>
                    new JsonObject { ["name"] = name, ["type"] = type, ["shape"] = JsonSerializer.SerializeToNode(shape) };
                entry["inputs"] = new JsonArray(Tensor("input_ids", "int64", 1, "n"), Tensor("style", "float32", 1, 256), Tensor("speed", "float32", 1));
                entry["outputs"] = new JsonArray(Tensor("waveform", "float32", 1, "s"));
            })),
            ["files"] = new JsonArray(Described(folder, "vocab", "vocab.json", JsonSerializer.SerializeToUtf8Bytes(vocabulary)), Described(folder, "af_heart", "af_heart.bin", styles), Described(folder, "bm_george", "bm_george.bin", loud)),
        };
        if (emotions is not null)
            manifest["emotions"] = emotions;
        File.WriteAllText(Path.Combine(folder, "manifest.json"), manifest.ToJsonString());
    }

    public static JsonObject Diffusion(string folder, string family, string timestepType, double guidance)
    {
        const int text = 6, pooled = 5, tokens = 10;
        var flux = family == "flux";
        var channels = flux ? 16 : 4;
        var graphs = new JsonArray
        {
            // Two outputs, as exports have them; the order of the manifest is not that of the kind.
            Add(folder, "text_encoder", new OnnxWriter().Input("input_ids", OnnxWriter.Int64, 1, 77).Floats("t", Weights(256 * text), 256, text)
                    .Floats("p", Weights(text * pooled), text, pooled).Longs("a", 1)
                    .Node("Gather", ["t", "input_ids"], ["last_hidden_state"], ("axis", 0L))
                    .Node("ReduceSum", ["last_hidden_state", "a"], ["s"], ("keepdims", 0L)).Node("MatMul", ["s", "p"], ["pooler_output"])
                    .Output("last_hidden_state", OnnxWriter.Float, 1, 77, text).Output("pooler_output", OnnxWriter.Float, 1, pooled),
                [("input_ids", "int64", [1, 77])], [("last_hidden_state", "float32", [1, 77, text]), ("pooler_output", "float32", [1, pooled])]),
            Add(folder, "vae_decoder", new OnnxWriter().Input("latent_sample", OnnxWriter.Float, 1, channels, Latent, Latent)
                    .Floats("k", Weights(3 * channels), 3, channels, 1, 1).Floats("scales", [1, 1, 8, 8], 4)
                    .Node("Conv", ["latent_sample", "k"], ["c"]).Node("Tanh", ["c"], ["h"]).Node("Resize", ["h", "", "scales"], ["sample"])
                    .Output("sample", OnnxWriter.Float, 1, 3, Edge, Edge),
                [("latent_sample", "float32", [1, channels, Latent, Latent])], [("sample", "float32", [1, 3, Edge, Edge])]),
        };
        if (flux)
        {
            const int count = Latent * Latent / 4, width = 64;
            graphs.Add(Add(folder, "text_encoder_2", new OnnxWriter().Input("input_ids", OnnxWriter.Int64, 1, tokens).Floats("t", Weights(16 * text), 16, text)
                    .Node("Gather", ["t", "input_ids"], ["last_hidden_state"], ("axis", 0L)).Output("last_hidden_state", OnnxWriter.Float, 1, tokens, text),
                [("input_ids", "int64", [1, tokens])], [("last_hidden_state", "float32", [1, tokens, text])]));
            graphs.Add(Add(folder, "transformer", new OnnxWriter().Input("hidden_states", OnnxWriter.Float, 1, count, width).Input("encoder_hidden_states", OnnxWriter.Float, 1, tokens, text)
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
            graphs.Add(Add(folder, "unet", new OnnxWriter().Input("timestep", timestepType == "int64" ? OnnxWriter.Int64 : OnnxWriter.Float, 1)
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
        var files = new JsonArray(Entry(folder, "vocab", JsonSerializer.SerializeToUtf8Bytes(vocabulary)), Entry(folder, "merges", "#version: 0.2\n"u8.ToArray()));
        if (flux)
            files.Add(Entry(folder, "spiece", SentencePieceModel()));
        var manifest = new JsonObject
        {
            ["schema"] = "nsn.model-pack/1",
            ["name"] = "picture",
            ["version"] = "1",
            ["licence"] = "MIT",
            ["kind"] = "latent-diffusion",
            ["vram_bytes"] = 1000,
            ["capabilities"] = new JsonArray("regenerate-frames"),
            ["thresholds"] = new JsonObject { ["mouth_sync"] = -1, ["frame_change"] = 255, ["contrast"] = 0, ["motion"] = 0 },
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
        File.WriteAllText(Path.Combine(folder, "manifest.json"), manifest.ToJsonString());
        return manifest;
    }

    private static float[] Weights(int count)
    {
        var random = new Random(count);
        return [.. Enumerable.Range(0, count).Select(_ => (float)(random.NextDouble() - .5))];
    }

    private static JsonObject Add(string folder, string name, OnnxWriter onnx, (string, string, object[])[] inputs, (string, string, object[])[] outputs)
    {
        JsonArray Tensors((string Name, string Type, object[] Shape)[] tensors) => [.. tensors.Select(tensor => new JsonObject
        {
            ["name"] = tensor.Name,
            ["type"] = tensor.Type,
            ["shape"] = JsonSerializer.SerializeToNode(tensor.Shape),
        })];
        var entry = Entry(folder, name, onnx.ToArray());
        entry["inputs"] = Tensors(inputs);
        entry["outputs"] = Tensors(outputs);
        return entry;
    }

    private static JsonObject Entry(string folder, string name, byte[] bytes)
    {
        File.WriteAllBytes(Path.Combine(folder, name), bytes);
        return new JsonObject { ["name"] = name, ["file"] = name, ["bytes"] = bytes.Length, ["sha256"] = Convert.ToHexString(SHA256.HashData(bytes)) };
    }

    // A unigram model by the field numbers of sentencepiece_model.proto: pieces (1), trainer (2), normalizer (3).
    public static byte[] SentencePieceModel()
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

    private static JsonObject Described(string folder, string name, string file, byte[] bytes, Action<JsonObject>? more = null)
    {
        File.WriteAllBytes(Path.Combine(folder, file), bytes);
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
