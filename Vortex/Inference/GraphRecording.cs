using System.Buffers.Binary;
using System.Globalization;
using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.RegularExpressions;
using Nsn.Vortex.Packs;

namespace Nsn.Vortex.Inference;

/// <summary>
/// Inputs and outputs of a pack's graphs as somebody else computed them: a NumPy archive (<c>numpy.savez</c>) of arrays named <c>graph/in/name</c> and
/// <c>graph/out/name</c>, float32, int64 or int32, little-endian, row after row.
/// </summary>
public sealed partial class GraphRecording
{
    private const long FileBytesMax = 1L << 30;

    private readonly string _file;
    private readonly Dictionary<string, (int[] Shape, Array Values)> _arrays = new(StringComparer.Ordinal);

    private GraphRecording(string file) => _file = file;

    /// <summary>Reads an archive.</summary>
    /// <exception cref="ClipException"><see cref="ClipError.Storage"/> when it is no such archive.</exception>
    public static GraphRecording Read(string file)
    {
        var recording = new GraphRecording(file);
        try
        {
            using var archive = ZipFile.OpenRead(file);
            if (archive.Entries.Sum(entry => entry.Length) > FileBytesMax)
                throw new InvalidDataException($"more than {FileBytesMax >> 20} MiB");
            foreach (var entry in archive.Entries)
            {
                using var stream = entry.Open();
                var bytes = new byte[entry.Length];
                stream.ReadExactly(bytes);
                recording._arrays[Path.ChangeExtension(entry.FullName, null)] = Parse(bytes);
            }
        }
        catch (Exception exception) when (exception is InvalidDataException or EndOfStreamException or OverflowException)
        {
            throw new ClipException(ClipError.Storage, $"'{file}' is no NumPy archive of float32, int64 or int32 arrays: {exception.Message}", exception);
        }

        return recording;
    }

    /// <summary>Rows that were recorded of a graph.</summary>
    internal int Rows(PackGraph graph)
    {
        var tensor = graph.Inputs[0];
        return tensor.Dimensions is [< 0, ..] && Find(graph, "in", tensor).Shape is [> 0 and var rows, ..] ? rows : 1;
    }

    internal Array Input(PackGraph graph, PackTensor tensor, int rows) => Fitting(graph, "in", tensor, rows);

    internal Array Output(PackGraph graph, PackTensor tensor, int rows) => Fitting(graph, "out", tensor, rows);

    private Array Fitting(PackGraph graph, string side, PackTensor tensor, int rows)
    {
        var (shape, values) = Find(graph, side, tensor);
        int[] wanted = [.. tensor.Dimensions.Select(dimension => dimension < 0 ? rows : (int)dimension)];
        var type = values switch { long[] => "int64", int[] => "int32", _ => "float32" };
        return shape.AsSpan().SequenceEqual(wanted) && type == tensor.Type
            ? values
            : throw new ClipException(
                ClipError.Storage,
                $"'{_file}' has {type} [{string.Join(", ", shape)}] for '{graph.Name}/{side}/{tensor.Name}', the pack wants {tensor.Type} [{string.Join(", ", wanted)}].");
    }

    private (int[] Shape, Array Values) Find(PackGraph graph, string side, PackTensor tensor) =>
        _arrays.TryGetValue($"{graph.Name}/{side}/{tensor.Name}", out var array)
            ? array
            : throw new ClipException(ClipError.Storage, $"'{_file}' has no '{graph.Name}/{side}/{tensor.Name}': record it, or name the graphs that were recorded.");

    // NumPy's own format, versions 1 to 3: magic, version, length of the header, the header as a Python literal, values.
    private static (int[] Shape, Array Values) Parse(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 12 || !bytes.StartsWith((ReadOnlySpan<byte>)[0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y']))
            throw new InvalidDataException("an entry is no array");
        var (start, length) = bytes[6] == 1
            ? (10, BinaryPrimitives.ReadUInt16LittleEndian(bytes[8..]))
            : (12, checked((int)BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..])));
        if (length > bytes.Length - start)
            throw new InvalidDataException("an entry ends in its header");
        var header = HeaderForm().Match(Encoding.UTF8.GetString(bytes.Slice(start, length)));
        if (!header.Success)
            throw new InvalidDataException("an entry has a header that is not understood");
        int[] shape = [.. header.Groups["shape"].Value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Select(number => int.Parse(number, CultureInfo.InvariantCulture))];
        var content = bytes[(start + length)..];
        Array values = header.Groups["type"].Value switch
        {
            "f4" => MemoryMarshal.Cast<byte, float>(content).ToArray(),
            "i8" => MemoryMarshal.Cast<byte, long>(content).ToArray(),
            _ => MemoryMarshal.Cast<byte, int>(content).ToArray(),
        };
        return values.Length == shape.Aggregate(1, (product, dimension) => checked(product * dimension))
            ? (shape, values)
            : throw new InvalidDataException($"an entry has {values.Length} values for the shape [{string.Join(", ", shape)}]");
    }

    [GeneratedRegex(@"^\{'descr': '<(?<type>f4|i8|i4)', 'fortran_order': False, 'shape': \((?<shape>[0-9, ]*)\),? *\}\s*$")]
    private static partial Regex HeaderForm();
}
