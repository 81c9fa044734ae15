using System.Text.Json.Nodes;
using Nsn.Vortex.Packs;

namespace Nsn.Vortex.Tests;

public sealed class PackTests : IDisposable
{
    private readonly TinyPack _pack = new();

    public void Dispose() => _pack.Dispose();

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
