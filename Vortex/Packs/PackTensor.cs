using System.Text.Json;

namespace Nsn.Vortex.Packs;

/// <summary>An input or output of a graph.</summary>
public sealed record PackTensor
{
    /// <summary>Name in the graph.</summary>
    public string Name { get; init; } = "";

    /// <summary><c>float32</c>, <c>float16</c>, <c>int64</c>, <c>int32</c> or <c>bool</c>.</summary>
    public string Type { get; init; } = "";

    /// <summary>Dimensions; a name instead of a number is free.</summary>
    public IReadOnlyList<JsonElement> Shape { get; init; } = [];

    /// <summary>Most values that a tensor may have: a gigabyte of float32.</summary>
    internal const int LengthMax = 1 << 28;

    /// <summary>Values of a tensor of this shape.</summary>
    /// <exception cref="ClipException"><see cref="ClipError.Pack"/> when there are none or too many.</exception>
    internal int Length(long[] shape, string? graph = null)
    {
        long length = 1;
        foreach (var dimension in shape)
        {
            if (dimension < 1 || dimension > LengthMax / length)
            {
                throw new ClipException(
                    ClipError.Pack, $"The tensor '{Name}'{(graph is null ? "" : $" of graph '{graph}'")} has the shape [{string.Join(", ", shape)}]; 1 to {LengthMax} values are possible.");
            }

            length *= dimension;
        }

        return (int)length;
    }

    /// <summary>The dimensions, -1 for free ones.</summary>
    public long[] Dimensions => [.. Shape.Select(dimension => dimension.ValueKind == JsonValueKind.Number && dimension.TryGetInt64(out var value) ? value : -1)];
}
