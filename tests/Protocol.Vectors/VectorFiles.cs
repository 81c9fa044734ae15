using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Nsn.Protocol.Cryptography;

namespace Nsn.Protocol.Vectors;

/// <summary>The golden vectors, one JSON file per format. They depend on nothing but the code: two runs give the same bytes.</summary>
public static partial class VectorFiles
{
    private static readonly JsonSerializerOptions s_json = new()
    {
        WriteIndented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
    };

    /// <summary>File names and contents.</summary>
    public static IEnumerable<(string Name, string Json)> All()
    {
        yield return ("scale.json", Render(Scale()));
        yield return ("hashes.json", Render(Hashes()));
        yield return ("keys.json", Render(Keys()));
        yield return ("merkle.json", Render(Merkle()));
        yield return ("chunks.json", Render(Chunks()));
        yield return ("certificate.json", Render(Certificates()));
        yield return ("embedding.json", Render(Embeddings()));
        yield return ("recipe.json", Render(Recipes()));
        yield return ("draws.json", Render(Draws()));
        yield return ("consensus.json", Render(Consensus()));
        yield return ("ledger.json", Render(Ledger()));
        yield return ("erasure.json", Render(Erasure()));
    }

    /// <summary>Bytes that look random and are the same everywhere: BLAKE2b-256(label ‖ counter), joined.</summary>
    internal static byte[] Bytes(string label, int length)
    {
        byte[] bytes = new byte[length];
        for (int i = 0; i * 32 < length; i++)
        {
            ReadOnlySpan<byte> block = Blake2b.Hash256(Encoding.ASCII.GetBytes($"{label}/{i}")).ToArray();
            block[..Math.Min(32, length - i * 32)].CopyTo(bytes.AsSpan(i * 32));
        }

        return bytes;
    }

    internal static Hash256 Hash(string label) => new(Bytes(label, 32));

    internal static string Hex(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(bytes);

    private static string Render(object value) => JsonSerializer.Serialize(value, s_json) + "\n";
}
