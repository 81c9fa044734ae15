using Nsn.Protocol.Cryptography;
using Nsn.Protocol.Scale;

namespace Nsn.Protocol.Certificates;

/// <summary>What a vote is about, all of it: the same statement from three directors is a certificate. 177 bytes of SCALE.</summary>
public readonly record struct SlotStatement
{
    /// <summary>The length of the SCALE form, in bytes.</summary>
    public const int Size = 32 + 8 + 8 + 4 * 32 + 1;

    /// <summary>The length of what a director signs: the tag and the SCALE form, in bytes.</summary>
    public const int SignedSize = DomainTag.Size + Size;

    /// <summary>The chain: the hash of its genesis block.</summary>
    public required Hash256 ChainId { get; init; }

    /// <summary>The epoch whose directors vote.</summary>
    public required ulong Epoch { get; init; }

    /// <summary>The slot.</summary>
    public required ulong Slot { get; init; }

    /// <summary>The hash of the recipe.</summary>
    public required Hash256 RecipeHash { get; init; }

    /// <summary>The hash of the model pack that generated and verified.</summary>
    public required Hash256 ModelPackHash { get; init; }

    /// <summary>The root over all chunks.</summary>
    public required Hash256 ContentRoot { get; init; }

    /// <summary>The hash of the canonical embedding; zero if the reveals have none.</summary>
    public required Hash256 EmbeddingHash { get; init; }

    /// <summary>What the director says about it.</summary>
    public required Verdict Verdict { get; init; }

    /// <summary>Writes the SCALE form.</summary>
    public static void Write(ScaleWriter writer, SlotStatement value)
    {
        Hash256.Write(writer, value.ChainId);
        writer.WriteU64(value.Epoch);
        writer.WriteU64(value.Slot);
        Hash256.Write(writer, value.RecipeHash);
        Hash256.Write(writer, value.ModelPackHash);
        Hash256.Write(writer, value.ContentRoot);
        Hash256.Write(writer, value.EmbeddingHash);
        writer.WriteVariant((byte)value.Verdict);
    }

    /// <summary>Reads the SCALE form.</summary>
    public static bool TryRead(ref ScaleReader reader, out SlotStatement value)
    {
        value = default;
        if (!Hash256.TryRead(ref reader, out Hash256 chainId)
            || !reader.TryReadU64(out ulong epoch)
            || !reader.TryReadU64(out ulong slot)
            || !Hash256.TryRead(ref reader, out Hash256 recipeHash)
            || !Hash256.TryRead(ref reader, out Hash256 modelPackHash)
            || !Hash256.TryRead(ref reader, out Hash256 contentRoot)
            || !Hash256.TryRead(ref reader, out Hash256 embeddingHash)
            || !reader.TryReadVariant((int)Verdict.RejectSimilarity + 1, out byte verdict))
        {
            return false;
        }

        value = new SlotStatement
        {
            ChainId = chainId,
            Epoch = epoch,
            Slot = slot,
            RecipeHash = recipeHash,
            ModelPackHash = modelPackHash,
            ContentRoot = contentRoot,
            EmbeddingHash = embeddingHash,
            Verdict = (Verdict)verdict,
        };
        return true;
    }

    /// <summary>What a director signs: the tag of votes, then the SCALE form.</summary>
    public byte[] ToSignedBytes()
    {
        ScaleWriter writer = new(SignedSize);
        writer.WriteFixed(DomainTag.Vote);
        Write(writer, this);
        return writer.ToArray();
    }
}
