namespace Nsn.Vortex.Packs;

/// <summary>A file of a pack that is not a graph.</summary>
public sealed record PackFile
{
    /// <summary>Name by which the kind asks for it.</summary>
    public string Name { get; init; } = "";

    /// <summary>File, relative to the manifest.</summary>
    public string File { get; init; } = "";

    /// <summary>SHA-256 of the file, hexadecimal.</summary>
    public string Sha256 { get; init; } = "";

    /// <summary>Length of the file.</summary>
    public long Bytes { get; init; }
}
