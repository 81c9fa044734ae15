namespace Nsn.Vortex.Packs;

/// <summary>With what precision a pack's graphs compute and store, as its maker says; for people.</summary>
public sealed record PackPrecision
{
    /// <summary>Type of the computation, for example <c>float32</c>.</summary>
    public string? Compute { get; init; }

    /// <summary>How the weights are stored.</summary>
    public string? Stored { get; init; }

    /// <summary>Version of ONNX's operators.</summary>
    public int? Opset { get; init; }
}
