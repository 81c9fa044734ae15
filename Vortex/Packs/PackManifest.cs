using System.Text.Json;
using System.Text.Json.Serialization;

namespace Nsn.Vortex.Packs;

/// <summary>The part of <c>manifest.json</c> that all packs share (<c>models/README.md</c>); a kind's own members are read by that kind.</summary>
public sealed record PackManifest
{
    /// <summary>The schema that this version reads.</summary>
    public const string CurrentSchema = "nsn.model-pack/1";

    /// <summary>Must be <see cref="CurrentSchema"/>.</summary>
    public string Schema { get; init; } = "";

    /// <summary>Name, lower-case letters, digits and dashes.</summary>
    public string Name { get; init; } = "";

    /// <summary>Version.</summary>
    public string Version { get; init; } = "";

    /// <summary>Licence of the weights, an SPDX expression.</summary>
    public string Licence { get; init; } = "";

    /// <summary>What drives the graphs: <c>toon-layered</c>, <c>clip-ensemble</c>, <c>kokoro</c> or <c>latent-diffusion</c>.</summary>
    public string Kind { get; init; } = "";

    /// <summary>Memory on the device that the loaded graphs take, in bytes.</summary>
    public long VramBytes { get; init; }

    /// <summary>The capability without which a verifier makes nothing again.</summary>
    public const string RegenerateFrames = "regenerate-frames";

    /// <summary>What the pack can do, for example <see cref="RegenerateFrames"/>.</summary>
    public IReadOnlyList<string> Capabilities { get; init; } = [];

    /// <summary>Precision of the graphs, if it is said.</summary>
    public PackPrecision? Precision { get; init; }

    /// <summary>Seeds, if they are said.</summary>
    public PackSeeds? Seeds { get; init; }

    /// <summary>The graphs.</summary>
    public IReadOnlyList<PackGraph> Graphs { get; init; } = [];

    /// <summary>Other files that the kind needs: vocabularies, voices, weights outside of graphs.</summary>
    public IReadOnlyList<PackFile> Files { get; init; } = [];

    /// <summary>Thresholds by name, calibrated for this pack.</summary>
    public IReadOnlyDictionary<string, JsonElement> Thresholds { get; init; } = new Dictionary<string, JsonElement>();

    /// <summary>Members that only the kind knows.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement> Extra { get; init; } = [];

    /// <summary>The threshold of this name, or <paramref name="otherwise"/> when the pack gives none.</summary>
    public double Threshold(string name, double otherwise) =>
        Thresholds.TryGetValue(name, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetDouble() : otherwise;
}
