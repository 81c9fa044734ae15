using System.Security.Cryptography;
using System.Text.Json;

namespace Nsn.Vortex.Packs;

/// <summary>
/// Reads a pack as something a stranger made: paths stay within the folder, sizes and hashes must match, graphs may use known operators only.
/// All problems are reported at once.
/// </summary>
public static class ModelPackReader
{
    /// <summary>Name of the manifest within the folder.</summary>
    public const string ManifestName = "manifest.json";

    private const int ManifestBytesMax = 1 << 20;
    private const int GraphsMax = 64;
    private const long FileBytesMax = (2L << 30) - (64 << 10); // what one array holds
    private static readonly string[] s_types = ["float32", "float16", "int64", "int32", "bool"];
    private static readonly JsonSerializerOptions s_json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, MaxDepth = 32, RespectNullableAnnotations = true };

    /// <summary>Reads and checks a pack.</summary>
    /// <exception cref="ClipException"><see cref="ClipError.Pack"/> with every problem.</exception>
    public static ModelPack Read(string folder) =>
        TryRead(folder, out var pack, out var problems)
            ? pack!
            : throw new ClipException(ClipError.Pack, $"The model pack in '{folder}' cannot be used: {string.Join(" ", problems)}");

    /// <summary>Reads and checks a pack; false with all problems when any is found.</summary>
    public static bool TryRead(string folder, out ModelPack? pack, out IReadOnlyList<string> problems)
    {
        pack = null;
        var found = new List<string>();
        problems = found;
        var path = Path.Combine(folder, ManifestName);
        if (!TryReadFile(path, ManifestBytesMax, out var bytes, out var problem))
        {
            found.Add(problem);
            return false;
        }

        if (!TryParseManifest(bytes, out var manifest, out problem))
        {
            found.Add(problem);
            return false;
        }

        var content = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        Check(manifest!, found);
        if (found.Count == 0)
        {
            foreach (var file in manifest!.Files)
                ReadChecked(folder, file.Name, file.File, file.Sha256, file.Bytes, content, found);
            foreach (var graph in manifest.Graphs)
            {
                ReadChecked(folder, graph.Name, graph.File, graph.Sha256, graph.Bytes, content, found);
                if (content.TryGetValue(graph.Name, out var model))
                    CheckGraph(graph, model, found);
            }
        }

        if (found.Count > 0)
            return false;
        var input = new byte[16 + bytes.Length];
        "nsn:model-pack"u8.CopyTo(input);
        bytes.CopyTo(input, 16);
        pack = new ModelPack(Path.GetFullPath(folder), manifest!, SHA256.HashData(input), content);
        return true;
    }

    internal static bool TryParseManifest(byte[] bytes, out PackManifest? manifest, out string problem)
    {
        problem = "";
        manifest = null;
        try
        {
            manifest = JsonSerializer.Deserialize<PackManifest>(bytes, s_json);
        }
        catch (JsonException exception)
        {
            problem = $"The manifest is not valid JSON of the expected form: {exception.Message}";
            return false;
        }

        if (manifest is null)
            problem = "The manifest is empty.";
        else if (manifest.Schema != PackManifest.CurrentSchema)
            problem = $"The manifest's schema is '{manifest.Schema}', not '{PackManifest.CurrentSchema}'.";
        return problem.Length == 0;
    }

    private static void Check(PackManifest manifest, List<string> problems)
    {
        void Require(bool condition, string problem)
        {
            if (!condition)
                problems.Add(problem);
        }

        Require(manifest.Name.Length is > 0 and <= 64 && manifest.Name.All(c => c is (>= 'a' and <= 'z') or (>= '0' and <= '9') or '-'),
            $"The name '{manifest.Name}' is not made of lower-case letters, digits and dashes.");
        Require(manifest.Version.Length is > 0 and <= 64, "The version is missing.");
        Require(manifest.Licence.Length is > 0 and <= 128, "The licence is missing.");
        Require(manifest.Kind.Length is > 0 and <= 64, "The kind is missing.");
        Require(manifest.VramBytes > 0, "vram_bytes is missing: say how much memory the loaded graphs take.");

        // Members that are null were refused when they were read; elements of lists were not.
        if (manifest.Graphs.Any(graph => graph is null || graph.Inputs.Concat(graph.Outputs).Any(tensor => tensor is null))
            || manifest.Files.Any(file => file is null) || manifest.Capabilities.Any(capability => capability is null))
        {
            problems.Add("A graph, a file, a tensor or a capability is null.");
            return;
        }

        Require(manifest.Graphs.Count is > 0 and <= GraphsMax, $"A pack has 1 to {GraphsMax} graphs, not {manifest.Graphs.Count}.");
        Require(manifest.Files.Count <= GraphsMax, $"A pack has at most {GraphsMax} other files.");
        var names = manifest.Graphs.Select(graph => graph.Name).Concat(manifest.Files.Select(file => file.Name)).ToArray();
        Require(names.Distinct(StringComparer.Ordinal).Count() == names.Length && names.All(name => !string.IsNullOrEmpty(name)),
            "Every graph and file needs a name of its own.");
        foreach (var graph in manifest.Graphs)
        {
            foreach (var tensor in graph.Inputs.Concat(graph.Outputs))
            {
                Require(s_types.Contains(tensor.Type), $"The graph '{graph.Name}' has a tensor '{tensor.Name}' of unknown type '{tensor.Type}'.");
                Require(tensor.Shape.Count <= 8, $"The graph '{graph.Name}' has a tensor '{tensor.Name}' of more than 8 dimensions.");
            }
        }
    }

    private static void ReadChecked(
        string folder, string name, string file, string sha256, long length, Dictionary<string, byte[]> content, List<string> problems)
    {
        var root = Path.GetFullPath(folder) + Path.DirectorySeparatorChar;
        if (string.IsNullOrWhiteSpace(file) || file.Contains('\0', StringComparison.Ordinal) || Path.IsPathRooted(file) || file.Contains('\\', StringComparison.Ordinal)
            || !Path.GetFullPath(Path.Combine(root, file)).StartsWith(root, StringComparison.Ordinal))
        {
            problems.Add($"The file '{file}' of '{name}' lies outside the pack's folder.");
            return;
        }

        var path = Path.GetFullPath(Path.Combine(root, file));
        try
        {
            if (LeavesFolder(root, path))
            {
                problems.Add($"The file '{file}' of '{name}' is a link that leaves the pack's folder.");
                return;
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            problems.Add($"The file '{file}' of '{name}' is a link that leads nowhere: {exception.Message}");
            return;
        }

        if (length is < 1 or > FileBytesMax)
        {
            problems.Add($"The length {length} of '{file}' is outside 1 to {FileBytesMax} bytes.");
            return;
        }

        if (!TryReadFile(path, length, out var bytes, out var problem))
        {
            problems.Add(problem);
            return;
        }

        if (bytes.Length != length)
            problems.Add($"The file '{file}' has {bytes.Length} bytes, the manifest says {length}: fetch the pack again.");
        else if (!string.Equals(Convert.ToHexString(SHA256.HashData(bytes)), sha256, StringComparison.OrdinalIgnoreCase))
            problems.Add($"The file '{file}' does not have the manifest's SHA-256: fetch the pack again.");
        else
            content[name] = bytes;
    }

    private static bool LeavesFolder(string root, string path)
    {
        for (var at = path; at is not null && at.Length > root.Length; at = Path.GetDirectoryName(at))
        {
            FileSystemInfo info = Directory.Exists(at) ? new DirectoryInfo(at) : new FileInfo(at);
            if (info.LinkTarget is not null && info.ResolveLinkTarget(true) is { } target && !target.FullName.StartsWith(root, StringComparison.Ordinal))
                return true;
        }

        return false;
    }

    private static void CheckGraph(PackGraph graph, byte[] model, List<string> problems)
    {
        if (!OnnxModel.TryRead(model, out var onnx, out var reason))
        {
            problems.Add($"The graph '{graph.Name}' is not readable: {reason}");
            return;
        }

        var unknown = onnx!.Operators.Where(name => !OnnxOperators.IsAllowed(name)).Order(StringComparer.Ordinal).ToArray();
        if (unknown.Length > 0)
            problems.Add($"The graph '{graph.Name}' uses operators that are not allowed: {string.Join(", ", unknown)}.");
        if (onnx.HasExternalData)
            problems.Add($"The graph '{graph.Name}' keeps weights in other files; store them within the graph.");
        Match("input", graph, graph.Inputs, onnx.Inputs, problems);
        Match("output", graph, graph.Outputs, onnx.Outputs, problems);
    }

    private static void Match(string role, PackGraph graph, IReadOnlyList<PackTensor> said, IReadOnlyList<string> actual, List<string> problems)
    {
        if (!said.Select(tensor => tensor.Name).Order(StringComparer.Ordinal).SequenceEqual(actual.Order(StringComparer.Ordinal)))
        {
            problems.Add(
                $"The graph '{graph.Name}' has the {role}s {string.Join(", ", actual)}, the manifest says {string.Join(", ", said.Select(t => t.Name))}.");
        }
    }

    private static bool TryReadFile(string path, long lengthMax, out byte[] bytes, out string problem)
    {
        bytes = [];
        problem = "";
        try
        {
            using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read, FileOptions.SequentialScan);
            var length = RandomAccess.GetLength(file);
            if (length > lengthMax)
            {
                problem = $"The file '{Path.GetFileName(path)}' has {length} bytes; at most {lengthMax} are expected.";
                return false;
            }

            bytes = new byte[length];
            var read = 0;
            while (read < bytes.Length)
            {
                var count = RandomAccess.Read(file, bytes.AsSpan(read), read);
                if (count == 0)
                    break;
                read += count;
            }

            if (read == bytes.Length)
                return true;
            problem = $"The file '{Path.GetFileName(path)}' changed while it was read.";
            return false;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            problem = $"The file '{Path.GetFileName(path)}' cannot be read: {exception.Message}";
            return false;
        }
    }
}
