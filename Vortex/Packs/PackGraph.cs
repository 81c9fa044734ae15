namespace Nsn.Vortex.Packs;

/// <summary>One ONNX graph of a pack.</summary>
public sealed record PackGraph
{
    /// <summary>Name by which the kind asks for it.</summary>
    public string Name { get; init; } = "";

    /// <summary>File, relative to the manifest.</summary>
    public string File { get; init; } = "";

    /// <summary>SHA-256 of the file, hexadecimal.</summary>
    public string Sha256 { get; init; } = "";

    /// <summary>Length of the file.</summary>
    public long Bytes { get; init; }

    /// <summary>Inputs in order.</summary>
    public IReadOnlyList<PackTensor> Inputs { get; init; } = [];

    /// <summary>Outputs in order.</summary>
    public IReadOnlyList<PackTensor> Outputs { get; init; } = [];
}
