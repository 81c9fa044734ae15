using System.Security.Cryptography;
using System.Text.Json;

namespace Nsn.Gateway.Api;

/// <summary>What a gateway can tell about a model pack: read from its manifest, and told only of slots that name the manifest's hash.</summary>
/// <param name="Hash">SHA-256 of a tag and the manifest, 0x and hex: what certificates call the model pack's hash.</param>
/// <param name="Name">Name and version.</param>
/// <param name="Thresholds">Least scores that directors accept, by the names of the scores.</param>
internal sealed record ModelPackFacts(string Hash, string Name, IReadOnlyDictionary<string, double> Thresholds)
{
    private const int BytesMax = 4 << 20;
    private const int TagBytes = 16;

    /// <summary>What the manifest calls the thresholds, and what a director's scores call them.</summary>
    private static readonly (string InManifest, string OfScores)[] s_names = [("tower_a", "clipA"), ("tower_b", "clipB"), ("ensemble", "ensemble")];

    /// <summary>Reads the manifest in a pack's folder; null where there is none that can be read.</summary>
    public static ModelPackFacts? TryRead(string folder)
    {
        var file = new FileInfo(Path.Combine(folder, "manifest.json"));
        if (!file.Exists || file.Length > BytesMax)
            return null;
        try
        {
            return TryParse(File.ReadAllBytes(file.FullName));
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Reads a manifest; null where it is none.</summary>
    public static ModelPackFacts? TryParse(byte[] manifest)
    {
        try
        {
            using var json = JsonDocument.Parse(manifest);
            var root = json.RootElement;
            var thresholds = new Dictionary<string, double>();
            if (root.TryGetProperty("thresholds", out var given) && given.ValueKind == JsonValueKind.Object)
            {
                foreach (var (inManifest, ofScores) in s_names)
                {
                    if (given.TryGetProperty(inManifest, out var value) && value.ValueKind == JsonValueKind.Number)
                        thresholds[ofScores] = value.GetDouble();
                }
            }

            return new ModelPackFacts(
                ApiJson.Hex(HashOf(manifest)),
                $"{root.GetProperty("name").GetString()} {root.GetProperty("version").GetString()}",
                thresholds);
        }
        catch (Exception malformed) when (malformed is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>The hash that Vortex gives a pack.</summary>
    internal static byte[] HashOf(byte[] manifest)
    {
        var input = new byte[TagBytes + manifest.Length];
        "nsn:model-pack"u8.CopyTo(input);
        manifest.CopyTo(input, TagBytes);
        return SHA256.HashData(input);
    }
}
