using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Nsn.Vortex.Inference;
using Nsn.Vortex.Packs;

namespace Nsn.Vortex.Tests;

/// <summary>Graphs against results that somebody else recorded.</summary>
public sealed class GraphRecordingTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();
    private readonly InferenceDevice _device = new("cpu", 1);

    public void Dispose()
    {
        _device.Dispose();
        File.Delete(_file);
    }

    private static readonly ModelPack s_pack = Pack();

    private static ModelPack Pack()
    {
        var bytes = new OnnxWriter().Input("x", OnnxWriter.Float, "n", 2).Node("Sqrt", ["x"], ["y"]).Output("y", OnnxWriter.Float, "n", 2).ToArray();
        var tensors = new[] { "x", "y" }.Select(name => new PackTensor { Name = name, Type = "float32", Shape = TinyPack.Shape("n", 2) }).ToArray();
        var graph = new PackGraph { Name = "roots", Inputs = [tensors[0]], Outputs = [tensors[1]], Bytes = bytes.Length };
        return new ModelPack(
            "", new PackManifest { Name = "one", Version = "1", Kind = "test", Graphs = [graph] }, SHA256.HashData(bytes), new Dictionary<string, byte[]> { ["roots"] = bytes });
    }

    // As numpy.save writes it, version 1.0.
    private static byte[] Npy(string type, string shape, byte[] values)
    {
        var header = $"{{'descr': '{type}', 'fortran_order': False, 'shape': ({shape}), }}".PadRight(117) + "\n";
        return [0x93, .. "NUMPY"u8, 1, 0, (byte)header.Length, 0, .. Encoding.ASCII.GetBytes(header), .. values];
    }

    private static byte[] Floats(params float[] values) => MemoryMarshal.AsBytes<float>(values).ToArray();

    private void Record(params (string Name, byte[] Bytes)[] entries)
    {
        using var archive = new ZipArchive(File.Create(_file), ZipArchiveMode.Create);
        foreach (var (name, bytes) in entries)
        {
            using var stream = archive.CreateEntry(name + ".npy").Open();
            stream.Write(bytes);
        }
    }

    private async Task<GraphDifference> Compare()
    {
        var results = new List<GraphDifference>();
        await foreach (var result in GraphComparison.CompareAsync(s_pack, GraphRecording.Read(_file), _device, [], TestContext.Current.CancellationToken))
            results.Add(result);
        return Assert.Single(results);
    }

    [Fact]
    public async Task The_largest_difference_of_all_rows_is_told()
    {
        Record(("roots/in/x", Npy("<f4", "2, 2", Floats(4, 9, 16, 25))), ("roots/out/y", Npy("<f4", "2, 2", Floats(2, 3, 4, 5.5f))));
        var result = await Compare();
        Assert.Equal(("roots", .5, 5.5), (result.Graph, result.LargestDifference, result.LargestValue));
        Assert.Null(result.First);
    }

    [Theory]
    [InlineData("<f4", "2", "[2]")]
    [InlineData("<f4", "1, 1", "[1, 1]")]
    [InlineData("<i4", "1, 2", "int32")]
    [InlineData("<f4", "3, 2", "values for the shape")]
    [InlineData("<f8", "1, 1", "header")]
    public async Task Tensors_that_do_not_fit_are_named(string type, string shape, string mentions)
    {
        var count = shape == "1, 1" && type == "<f4" ? 1 : 2;
        Record(("roots/in/x", Npy("<f4", "1, 2", Floats(4, 9))), ("roots/out/y", Npy(type, shape, new byte[4 * count])));
        var failure = await Assert.ThrowsAsync<ClipException>(Compare);
        Assert.Equal(ClipError.Storage, failure.Error);
        Assert.Contains(mentions, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_was_not_recorded_is_named_and_what_is_no_archive_refused()
    {
        Record(("roots/in/x", Npy("<f4", "1, 2", Floats(4, 9))));
        Assert.Contains("roots/out/y", (await Assert.ThrowsAsync<ClipException>(Compare)).Message, StringComparison.Ordinal);
        foreach (var bytes in new byte[][] { [], [1, 2, 3], [.. Npy("<f4", "1, 2", Floats(4, 9))[..30]], [0x93, .. "NUMPY"u8, 2, 0, 255, 255, 255, 255] })
        {
            Record(("roots/in/x", bytes));
            Assert.Equal(ClipError.Storage, (await Assert.ThrowsAsync<ClipException>(Compare)).Error);
        }

        await File.WriteAllTextAsync(_file, "no archive", TestContext.Current.CancellationToken);
        Assert.Equal(ClipError.Storage, (await Assert.ThrowsAsync<ClipException>(Compare)).Error);
    }
}
