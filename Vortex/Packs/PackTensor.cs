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

    /// <summary>The dimensions, -1 for free ones.</summary>
    public long[] Dimensions => [.. Shape.Select(dimension => dimension.ValueKind == JsonValueKind.Number && dimension.TryGetInt64(out var value) ? value : -1)];
}
