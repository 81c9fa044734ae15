namespace Nsn.Vortex.Packs;

/// <summary>A pack whose every byte was checked against its manifest. The bytes that were checked are the bytes that are used.</summary>
public sealed class ModelPack
{
    private readonly Dictionary<string, byte[]> _content;

    internal ModelPack(string folder, PackManifest manifest, byte[] hash, Dictionary<string, byte[]> content)
    {
        Folder = folder;
        Manifest = manifest;
        Hash = hash;
        _content = content;
    }

    /// <summary>Where it was read from.</summary>
    public string Folder { get; }

    /// <summary>The manifest.</summary>
    public PackManifest Manifest { get; }

    /// <summary>SHA-256 of a domain tag and the manifest's bytes, which name the hash of every file: 32 bytes.</summary>
    public ReadOnlyMemory<byte> Hash { get; }

    /// <summary>Name and version.</summary>
    public string DisplayName => $"{Manifest.Name} {Manifest.Version}";

    /// <summary>The graph of this name.</summary>
    /// <exception cref="ClipException"><see cref="ClipError.Pack"/> when the pack has none.</exception>
    public PackGraph Graph(string name) =>
        Manifest.Graphs.FirstOrDefault(graph => graph.Name == name)
        ?? throw new ClipException(ClipError.Pack, $"The pack {DisplayName} has no graph '{name}', which packs of kind '{Manifest.Kind}' need.");

    /// <summary>The checked bytes of a graph or file.</summary>
    /// <exception cref="ClipException"><see cref="ClipError.Pack"/> when the pack has none.</exception>
    public ReadOnlyMemory<byte> Content(string name) =>
        _content.TryGetValue(name, out var bytes)
            ? bytes
            : throw new ClipException(ClipError.Pack, $"The pack {DisplayName} has no file '{name}', which packs of kind '{Manifest.Kind}' need.");

    internal byte[] GraphBytes(string name) => _content[name];
}
