using System.Text.Json.Nodes;
using Nsn.Vortex.Inference;
using Nsn.Vortex.Packs;

namespace Nsn.Vortex.Tests;

public sealed class PackTests : IDisposable
{
    private readonly TinyPack _pack = new();

    private readonly Lazy<InferenceDevice> _device = new(() => new InferenceDevice("cpu", 1));

    public void Dispose()
    {
        if (_device.IsValueCreated)
            _device.Value.Dispose();
        _pack.Dispose();
    }

    private string Problem()
    {
        Assert.False(ModelPackReader.TryRead(_pack.Folder, out var pack, out var problems));
        Assert.Null(pack);
        Assert.NotEmpty(problems);
        return string.Join(" ", problems);
    }

    [Fact]
    public void A_good_pack_loads_and_its_hash_is_that_of_its_manifest()
    {
        var one = ModelPackReader.Read(_pack.Folder);
        Assert.Equal(32, one.Hash.Length);
        Assert.Equal("tiny 0.0.1", one.DisplayName);
        _pack.Manifest["version"] = "0.0.2";
        _pack.Save();
        Assert.NotEqual(one.Hash.ToArray(), ModelPackReader.Read(_pack.Folder).Hash.ToArray());
    }

    [Fact]
    public void Precision_and_seeds_are_read_where_they_are_said()
    {
        var none = ModelPackReader.Read(_pack.Folder).Manifest;
        Assert.Null(none.Precision);
        Assert.Null(none.Seeds);
        _pack.Manifest["precision"] = new JsonObject { ["compute"] = "float32", ["stored"] = "float16", ["opset"] = 16 };
        _pack.Manifest["seeds"] = new JsonObject { ["noise"] = "85 numbers", ["training"] = 1, ["evaluation"] = 20261 };
        _pack.Save();
        var manifest = ModelPackReader.Read(_pack.Folder).Manifest;
        Assert.Equal(new PackPrecision { Compute = "float32", Stored = "float16", Opset = 16 }, manifest.Precision);
        Assert.Equal(new PackSeeds { Noise = "85 numbers", Training = 1, Evaluation = 20261 }, manifest.Seeds);
        Assert.Contains(PackManifest.RegenerateFrames, manifest.Capabilities);
        _pack.Manifest["precision"] = "float32";
        _pack.Save();
        Assert.Contains("precision", Problem(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_changed_graph_is_refused()
    {
        var path = Path.Combine(_pack.Folder, "face.onnx");
        var bytes = File.ReadAllBytes(path);
        bytes[^20] ^= 1;
        File.WriteAllBytes(path, bytes);
        Assert.Contains("face.onnx", Problem(), StringComparison.Ordinal);
        Assert.Contains("SHA-256", Problem(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_truncated_or_oversized_graph_is_refused()
    {
        var path = Path.Combine(_pack.Folder, "face.onnx");
        var bytes = File.ReadAllBytes(path);
        File.WriteAllBytes(path, bytes[..^1]);
        Assert.Contains("bytes", Problem(), StringComparison.Ordinal);
        File.WriteAllBytes(path, [.. bytes, 0]);
        Assert.Contains("bytes", Problem(), StringComparison.Ordinal);
        _pack.Graph("face")["bytes"] = 3L << 30;
        _pack.Save();
        Assert.Contains("outside 1 to", Problem(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("../face.onnx")]
    [InlineData("/etc/passwd")]
    [InlineData("a/../../x")]
    [InlineData("..\\face.onnx")]
    [InlineData("")]
    public void A_path_that_leaves_the_folder_is_refused(string path)
    {
        _pack.Graph("face")["file"] = path;
        _pack.Save();
        Assert.Contains("outside the pack's folder", Problem(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_link_that_leaves_the_folder_is_refused()
    {
        var path = Path.Combine(_pack.Folder, "face.onnx");
        var target = Path.Combine(Path.GetTempPath(), $"nsn-{Guid.NewGuid():N}");
        File.Move(path, target);
        try
        {
            File.CreateSymbolicLink(path, target);
            Assert.Contains("link", Problem(), StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(target);
        }
    }

    [Fact]
    public void A_missing_file_is_named()
    {
        File.Delete(Path.Combine(_pack.Folder, "head.onnx"));
        Assert.Contains("head.onnx", Problem(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("NotAnOperator")]
    [InlineData("RandomNormal")]
    public void Unknown_and_random_operators_are_refused(string type)
    {
        _pack.Replace("body", new OnnxWriter().Input("code", OnnxWriter.Float, "n", 15).Node(type, ["code"], ["body"])
            .Output("body", OnnxWriter.Float, "n", 15).ToArray());
        Assert.Contains(type, Problem(), StringComparison.Ordinal);
    }

    [Fact]
    public void Weights_in_other_files_are_refused()
    {
        _pack.Replace("body", new OnnxWriter().Input("code", OnnxWriter.Float, "n", 15).External("w").Node("Add", ["code", "w"], ["body"])
            .Output("body", OnnxWriter.Float, "n", 15).ToArray());
        Assert.Contains("other files", Problem(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(15)]
    [InlineData(22)]
    [InlineData(23)]
    public void Sparse_weights_in_other_files_are_refused(int field)
    {
        var onnx = new OnnxWriter().Input("code", OnnxWriter.Float, "n", 15);
        _pack.Replace("body", (field == 15 ? onnx.SparseExternal("w") : onnx.SparseConstant("w", field)).Node("Add", ["code", "w"], ["body"])
            .Output("body", OnnxWriter.Float, "n", 15).ToArray());
        Assert.Contains("other files", Problem(), StringComparison.Ordinal);
    }

    [Fact]
    public void Tensors_that_the_graph_does_not_have_are_refused()
    {
        _pack.Graph("body")["inputs"]![0]!["name"] = "kode";
        _pack.Save();
        Assert.Contains("kode", Problem(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{\"schema\":\"nsn.model-pack/9\"}")]
    [InlineData("{\"schema\":\"nsn.model-pack/1\"}")]
    [InlineData("{\"schema\":\"nsn.model-pack/1\",\"graphs\":null}")]
    [InlineData("{\"schema\":\"nsn.model-pack/1\",\"graphs\":[{\"bytes\":\"many\"}]}")]
    public void A_broken_manifest_is_refused(string text)
    {
        File.WriteAllText(Path.Combine(_pack.Folder, "manifest.json"), text);
        Assert.NotEmpty(Problem());
    }

    [Theory]
    [InlineData("name")]
    [InlineData("version")]
    [InlineData("licence")]
    [InlineData("kind")]
    [InlineData("graphs")]
    [InlineData("files")]
    [InlineData("capabilities")]
    [InlineData("thresholds")]
    [InlineData("graphs", 0)]
    [InlineData("graphs", 0, "name")]
    [InlineData("graphs", 0, "file")]
    [InlineData("graphs", 0, "sha256")]
    [InlineData("graphs", 0, "inputs")]
    [InlineData("graphs", 0, "outputs")]
    [InlineData("graphs", 0, "inputs", 0)]
    [InlineData("graphs", 0, "inputs", 0, "name")]
    [InlineData("graphs", 0, "inputs", 0, "type")]
    [InlineData("graphs", 0, "inputs", 0, "shape")]
    [InlineData("files", 0)]
    [InlineData("files", 0, "name")]
    [InlineData("files", 0, "file")]
    [InlineData("capabilities", 0)]
    public void A_member_that_is_null_is_refused(params object[] path)
    {
        _pack.Manifest["files"] = new JsonArray(new JsonObject { ["name"] = "f", ["file"] = "f", ["sha256"] = "", ["bytes"] = 1 });
        SetNull(path);
        Assert.NotEmpty(Problem());
    }

    [Theory]
    [InlineData("sampler")]
    [InlineData("tokeniser")]
    [InlineData("tokeniser", "stop_words")]
    [InlineData("tokeniser", "stop_words", 0)]
    [InlineData("code")]
    [InlineData("code", "groups")]
    [InlineData("code", "groups", 0)]
    [InlineData("code", "groups", 0, "name")]
    [InlineData("code", "groups", 0, "values")]
    [InlineData("code", "groups", 0, "values", 0)]
    [InlineData("controls")]
    [InlineData("controls", 0)]
    [InlineData("face_controls")]
    [InlineData("face_controls", 0)]
    [InlineData("layers")]
    [InlineData("layers", 0)]
    [InlineData("layers", 0, "rect")]
    [InlineData("layers", 0, "graph")]
    [InlineData("embedding")]
    [InlineData("embedding", "weights")]
    [InlineData("vocabulary")]
    [InlineData("vocabulary", "synonyms")]
    [InlineData("vocabulary", "synonyms", "mood")]
    [InlineData("vocabulary", "synonyms", "mood", "1")]
    [InlineData("vocabulary", "synonyms", "mood", "1", 0)]
    public void A_toon_member_that_is_null_is_refused(params object[] path)
    {
        SetNull(path);
        Assert.Equal(ClipError.Pack, Assert.Throws<ClipException>(() => Toon.ToonLayout.Read(ModelPackReader.Read(_pack.Folder))).Error);
    }

    private void SetNull(object[] path)
    {
        JsonNode at = _pack.Manifest;
        foreach (var step in path[..^1])
            at = (step is int index ? at[index] : at[(string)step])!;
        if (path[^1] is int last)
            at[last] = null;
        else
            at[(string)path[^1]] = null;
        _pack.Save();
    }

    [Fact]
    public void A_file_name_with_a_zero_in_it_is_refused()
    {
        _pack.Graph("face")["file"] = "fa\0ce.onnx";
        _pack.Save();
        Assert.Contains("face", Problem(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_link_to_itself_is_refused()
    {
        var path = Path.Combine(_pack.Folder, "face.onnx");
        File.Delete(path);
        File.CreateSymbolicLink(path, path);
        Assert.Contains("face.onnx", Problem(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(4_000_000_000L, 4_000_000_000L)]
    [InlineData(1L << 40, 1)]
    [InlineData(1L << 20, 1L << 11)]
    public void A_tensor_that_fits_no_memory_is_refused(long rows, long columns)
    {
        _pack.Graph("body")["inputs"]![0]!["shape"] = new JsonArray("n", rows, columns);
        _pack.Replace("body", new OnnxWriter().Input("code", OnnxWriter.Float, "n", "r", "c").Node("Identity", ["code"], ["body"])
            .Output("body", OnnxWriter.Float, "n", "r", "c").ToArray());
        var exception = Assert.Throws<ClipException>(() => Pipeline.LoadedPack.Load(_device.Value, ModelPackReader.Read(_pack.Folder)));
        Assert.Equal(ClipError.Pack, exception.Error);
        Assert.Contains("'code'", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_pack_that_does_not_load_leaves_no_graph_open()
    {
        _pack.Graph("tower_b_text")["outputs"]![0]!["shape"] = new JsonArray("n", 255);
        _pack.Save();
        Assert.Throws<ClipException>(() => Pipeline.LoadedPack.Load(_device.Value, ModelPackReader.Read(_pack.Folder)));
        Assert.Equal(0, _device.Value.OpenGraphs);
    }

    [Fact]
    public void Damaged_graphs_are_refused_and_never_throw()
    {
        var bytes = File.ReadAllBytes(Path.Combine(_pack.Folder, "body.onnx"));
        Assert.True(OnnxModel.TryRead(bytes, out var model, out _));
        Assert.Equal(["MatMul", "Mul", "Reshape", "Sigmoid"], model!.Operators.Order(StringComparer.Ordinal));
        var random = new Random(3);
        for (var round = 0; round < 2000; round++)
        {
            var copy = (byte[])bytes.Clone();
            for (var change = 0; change < 5; change++)
                copy[random.Next(Math.Min(400, copy.Length))] = (byte)random.Next(256);
            Assert.True(OnnxModel.TryRead(copy.AsSpan(0, random.Next(copy.Length)), out _, out var reason) || reason.Length > 0);
        }
    }

    [Fact]
    public void A_pack_that_lacks_a_graph_of_its_kind_is_refused_by_name()
    {
        ((JsonArray)_pack.Manifest["graphs"]!).Remove(_pack.Graph("tower_b_text"));
        _pack.Save();
        var exception = Assert.Throws<ClipException>(() => new Pipeline.ClipPipeline(new Pipeline.ClipPipelineOptions { PackFolder = _pack.Folder }));
        Assert.Equal(ClipError.Pack, exception.Error);
        Assert.Contains("tower_b_text", exception.Message, StringComparison.Ordinal);
    }
}
