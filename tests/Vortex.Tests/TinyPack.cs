using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Nsn.Vortex.Tests;

/// <summary>A toon-layered pack of random weights with the real signatures: pictures mean nothing, but equal inputs give equal pictures and others differ.</summary>
internal sealed class TinyPack : IDisposable
{
    private const int Code = 15, Side = 16, Frame = 32;
    private readonly Random _random = new(42);
    private readonly JsonArray _graphs = [];

    public TinyPack(bool brokenFace = false, bool sixChannels = false)
    {
        Folder = Directory.CreateTempSubdirectory("nsn-pack-").FullName;
        Add("prior_text", TextGraph("ids", 192, 8, "text", "null"));
        Add("prior_step", new OnnxWriter()
            .Input("x", OnnxWriter.Float, 1, Code).Input("t", OnnxWriter.Float, 1).Input("dt", OnnxWriter.Float, 1).Input("text", OnnxWriter.Float, 1, 8)
            .Input("negative", OnnxWriter.Float, 1, 8).Input("guidance", OnnxWriter.Float, 1)
            .Floats("w", Weights(8 * Code, 1), 8, Code)
            .Node("Sub", ["text", "negative"], ["d"]).Node("Mul", ["d", "guidance"], ["g"]).Node("Add", ["negative", "g"], ["s"])
            .Node("MatMul", ["s", "w"], ["p"]).Node("Mul", ["p", "dt"], ["q"]).Node("Mul", ["q", "t"], ["r"])
            .Node("Add", ["x", "q"], ["z"]).Node("Add", ["z", "r"], ["y"]).Node("Tanh", ["y"], ["code"])
            .Output("y", OnnxWriter.Float, 1, Code).Output("code", OnnxWriter.Float, 1, Code));
        Add("ground", Painter(["code", "phase"], [Code, 1], ["ground"], 3, opaque: true));
        Add("head", Painter(["code"], [Code], ["back", "head", "top"], 4));
        Add("body", Painter(["code"], [Code], ["body"], 4));
        Add("face", Painter(["code", "controls"], [Code, 6], ["face"], 4, broken: brokenFace));
        Add("tower_a_image", ImageTower());
        Add("tower_b_image", sixChannels ? SixChannelTower() : ImageTower());
        Add("tower_a_text", TextGraph("ids", 192, 256, "embedding"));
        Add("tower_b_text", TextGraph("words", 40, 256, "embedding"));
        Manifest = Describe();
        Save();
    }

    public string Folder { get; }

    public JsonObject Manifest { get; }

    public void Save() => File.WriteAllText(Path.Combine(Folder, "manifest.json"), Manifest.ToJsonString());

    /// <summary>A shape as a manifest has it.</summary>
    public static IReadOnlyList<JsonElement> Shape(params object[] dimensions) => [.. JsonSerializer.SerializeToElement(dimensions).EnumerateArray()];

    public JsonObject Graph(string name) => (JsonObject)_graphs.First(graph => (string?)graph!["name"] == name)!;

    public void Replace(string name, byte[] bytes)
    {
        var graph = Graph(name);
        File.WriteAllBytes(Path.Combine(Folder, (string)graph["file"]!), bytes);
        graph["bytes"] = bytes.Length;
        graph["sha256"] = Convert.ToHexString(SHA256.HashData(bytes));
        Save();
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    private void Add(string name, OnnxWriter onnx)
    {
        var bytes = onnx.ToArray();
        File.WriteAllBytes(Path.Combine(Folder, name + ".onnx"), bytes);
        _graphs.Add(new JsonObject
        {
            ["name"] = name,
            ["file"] = name + ".onnx",
            ["sha256"] = Convert.ToHexStringLower(SHA256.HashData(bytes)),
            ["bytes"] = bytes.Length,
            ["inputs"] = Tensors(name, true),
            ["outputs"] = Tensors(name, false),
        });
    }

    private static JsonArray Tensors(string graph, bool input)
    {
        static JsonNode Tensor(string name, string type, params object[] shape) =>
            new JsonObject { ["name"] = name, ["type"] = type, ["shape"] = JsonSerializer.SerializeToNode(shape) };
        return (graph, input) switch
        {
            ("prior_text", true) => [Tensor("ids", "int64", "n", 192)],
            ("prior_text", false) => [Tensor("text", "float32", "n", 8), Tensor("null", "float32", "n", 8)],
            ("prior_step", true) => [Tensor("x", "float32", 1, Code), Tensor("t", "float32", 1), Tensor("dt", "float32", 1),
                Tensor("text", "float32", 1, 8), Tensor("negative", "float32", 1, 8), Tensor("guidance", "float32", 1)],
            ("prior_step", false) => [Tensor("y", "float32", 1, Code), Tensor("code", "float32", 1, Code)],
            ("ground", true) => [Tensor("code", "float32", "n", Code), Tensor("phase", "float32", "n", 1)],
            ("ground", false) => [Tensor("ground", "float32", "n", 3, Side, Side)],
            ("head", true) or ("body", true) => [Tensor("code", "float32", "n", Code)],
            ("head", false) => [Tensor("back", "float32", "n", 4, Side, Side), Tensor("head", "float32", "n", 4, Side, Side), Tensor("top", "float32", "n", 4, Side, Side)],
            ("body", false) => [Tensor("body", "float32", "n", 4, Side, Side)],
            ("face", true) => [Tensor("code", "float32", "n", Code), Tensor("controls", "float32", "n", 6)],
            ("face", false) => [Tensor("face", "float32", "n", 4, Side, Side)],
            ("tower_a_image", true) or ("tower_b_image", true) => [Tensor("frame", "float32", "n", 3, Frame, Frame)],
            ("tower_a_text", true) => [Tensor("ids", "int64", "n", 192)],
            ("tower_b_text", true) => [Tensor("words", "int64", "n", 40)],
            _ => [Tensor("embedding", "float32", "n", 256)],
        };
    }

    // ids -> sum of table rows -> normalised by tanh.
    private OnnxWriter TextGraph(string input, int length, int size, params string[] outputs)
    {
        var onnx = new OnnxWriter().Input(input, OnnxWriter.Int64, "n", length).Floats("table", Weights(64 * size, 1), 64, size).Longs("m", 64).Longs("axes", 1)
            .Node("Mod", [input, "m"], ["i"]).Node("Gather", ["table", "i"], ["e"], ("axis", 0L)).Node("ReduceSum", ["e", "axes"], ["s"], ("keepdims", 0L));
        for (var o = 0; o < outputs.Length; o++)
        {
            onnx.Floats($"k{o}", [.15f / (o + 1)], 1).Node("Mul", ["s", $"k{o}"], [$"h{o}"]);
            Finish(onnx, $"h{o}", outputs[o], size > 8);
            onnx.Output(outputs[o], OnnxWriter.Float, "n", size);
        }

        return onnx;
    }

    private static void Finish(OnnxWriter onnx, string from, string to, bool unit)
    {
        if (unit)
        {
            onnx.Node("ReduceL2", [from], [to + "_n"], ("axes", new long[] { 1 }), ("keepdims", 1L)).Floats(to + "_e", [1e-6f], 1)
                .Node("Add", [to + "_n", to + "_e"], [to + "_m"]).Node("Div", [from, to + "_m"], [to]);
        }
        else
        {
            onnx.Node("Tanh", [from], [to]);
        }
    }

    // sum of inputs x weights -> sigmoid -> premultiplied planes; RGBA layers are masked so that their edge is clear.
    private OnnxWriter Painter(string[] inputs, int[] sizes, string[] outputs, int channels, bool opaque = false, bool broken = false)
    {
        var onnx = new OnnxWriter();
        for (var i = 0; i < inputs.Length; i++)
            onnx.Input(inputs[i], OnnxWriter.Float, "n", sizes[i]);
        var length = channels * Side * Side;
        onnx.Longs("shape", -1, channels, Side, Side).Floats("mask", Mask(channels, opaque), 1, channels, Side, Side);
        foreach (var output in outputs)
        {
            for (var i = 0; i < inputs.Length; i++)
                onnx.Floats($"w{output}{i}", Weights(sizes[i] * length, i == 0 ? 2 : 3), sizes[i], length).Node("MatMul", [inputs[i], $"w{output}{i}"], [$"m{output}{i}"]);
            var sum = $"m{output}0";
            if (inputs.Length == 2)
                onnx.Node("Add", [sum, $"m{output}1"], [sum = $"a{output}"]);
            if (broken)
                onnx.Node("Sub", [sum, sum], ["zero"]).Node("Div", ["zero", "zero"], [sum = "nan"]);
            onnx.Node("Sigmoid", [sum], [$"s{output}"]).Node("Reshape", [$"s{output}", "shape"], [$"r{output}"]).Node("Mul", [$"r{output}", "mask"], [output])
                .Output(output, OnnxWriter.Float, "n", channels, Side, Side);
        }

        return onnx;
    }

    private static float[] Mask(int channels, bool opaque)
    {
        var mask = new float[channels * Side * Side];
        for (var i = 0; i < mask.Length; i++)
        {
            int x = i % Side, y = i / Side % Side;
            mask[i] = opaque || (x is > 1 and < Side - 2 && y is > 1 and < Side - 2) ? .8f : 0;
        }

        return mask;
    }

    private OnnxWriter ImageTower()
    {
        var length = 3 * 8 * 8;
        var onnx = new OnnxWriter().Input("frame", OnnxWriter.Float, "n", 3, Frame, Frame)
            .Node("AveragePool", ["frame"], ["p"], ("kernel_shape", new long[] { 4, 4 }), ("strides", new long[] { 4, 4 }))
            .Node("Flatten", ["p"], ["f"], ("axis", 1L)).Floats("half", [.5f], 1).Node("Sub", ["f", "half"], ["c"])
            .Floats("w", Weights(length * 256, 1), length, 256).Node("MatMul", ["c", "w"], ["h"]);
        Finish(onnx, "h", "embedding", true);
        return onnx.Output("embedding", OnnxWriter.Float, "n", 256);
    }

    // A picture and its negative as six channels: what ONNX Runtime 1.30 convolves wrongly on WebGPU.
    private OnnxWriter SixChannelTower()
    {
        const int Maps = 8, Length = Maps * 8 * 8;
        var onnx = new OnnxWriter().Input("frame", OnnxWriter.Float, "n", 3, Frame, Frame)
            .Node("Neg", ["frame"], ["negative"]).Node("Concat", ["frame", "negative"], ["six"], ("axis", 1L)).Floats("k", Weights(Maps * 6 * 4 * 4, .1), Maps, 6, 4, 4)
            .Node("Conv", ["six", "k"], ["p"], ("kernel_shape", new long[] { 4, 4 }), ("strides", new long[] { 4, 4 })).Node("Flatten", ["p"], ["f"], ("axis", 1L))
            .Floats("w", Weights(Length * 256, 1), Length, 256).Node("MatMul", ["f", "w"], ["h"]);
        Finish(onnx, "h", "embedding", true);
        return onnx.Output("embedding", OnnxWriter.Float, "n", 256);
    }

    private float[] Weights(int count, double scale)
    {
        var weights = new float[count];
        for (var i = 0; i < count; i++)
            weights[i] = (float)(((_random.NextDouble() * 2) - 1) * scale);
        return weights;
    }

    private JsonObject Describe()
    {
        var json = """
            {
              "schema": "nsn.model-pack/1", "name": "tiny", "version": "0.0.1", "licence": "MIT", "kind": "toon-layered", "vram_bytes": 1048576,
              "capabilities": ["text-to-video", "regenerate-frames"],
              "sampler": { "steps": 4, "guidance": 1.5 },
              "tokeniser": { "kind": "hashed-ngrams/1", "hash": "fnv1a-32", "word_buckets": 4096, "trigram_buckets": 2048, "features": 192, "words": 40,
                "stop_words": ["a", "with", "in", "at"] },
              "code": { "size": 15, "layout": 3, "groups": [
                { "name": "kind", "offset": 0, "values": ["scientist", "chef", "robot"] },
                { "name": "place", "offset": 3, "values": ["laboratory", "beach", "forest", "city"] },
                { "name": "mood", "offset": 7, "values": ["neutral", "cheerful", "sad", "angry", "surprised"] } ] },
              "vocabulary": { "synonyms": { "mood": { "1": ["cheerful", "happy"] } } },
              "controls": ["open", "wide", "blink", "gaze_x", "gaze_y", "brow", "yaw", "nod", "tilt", "zoom", "pan_x", "pan_y", "phase"],
              "face_controls": ["open", "wide", "blink", "gaze_x", "gaze_y", "brow"],
              "ground_phases": 4,
              "embedding": { "size": 512, "frame": 32, "weights": { "a": 0.4, "b": 0.6 } },
              "thresholds": { "tower_a": -1, "tower_b": -1, "outlier_gap": 2, "mouth_sync": -1, "frame_change": 255 }
            }
            """;
        var manifest = (JsonObject)JsonNode.Parse(Encoding.UTF8.GetBytes(json))!;
        var layers = new JsonArray();
        foreach (var (name, graph, rect) in new[]
        {
            ("ground", "ground", "[-1,-1,1,1]"), ("back", "head", "[-0.78,-1,0.78,0.56]"), ("body", "body", "[-0.66,0.22,0.66,1.1]"),
            ("head", "head", "[-0.78,-1,0.78,0.56]"), ("face", "face", "[-0.42,-0.45,0.42,0.39]"), ("top", "head", "[-0.78,-1,0.78,0.56]"),
        })
        {
            layers.Add(new JsonObject
            {
                ["name"] = name,
                ["graph"] = graph,
                ["output"] = name,
                ["rect"] = JsonNode.Parse(rect),
                ["height"] = Side,
                ["width"] = Side,
                ["channels"] = name == "ground" ? 3 : 4,
            });
        }

        manifest["layers"] = layers;
        manifest["graphs"] = _graphs;
        return manifest;
    }
}
