using Nsn.Protocol.Cryptography;
using Nsn.Protocol.Scale;

namespace Nsn.Protocol.Consensus;

/// <summary>Which agreement a message belongs to. 80 bytes of SCALE.</summary>
/// <param name="ChainId">The hash of the chain's genesis block.</param>
/// <param name="Epoch">The epoch whose directors agree.</param>
/// <param name="Slot">The slot.</param>
/// <param name="ContentRoot">The content that they look at.</param>
public readonly record struct RoundId(Hash256 ChainId, ulong Epoch, ulong Slot, Hash256 ContentRoot)
{
    /// <summary>The length of the SCALE form, in bytes.</summary>
    public const int Size = 80;

    /// <summary>Writes the SCALE form.</summary>
    public static void Write(ScaleWriter writer, RoundId value)
    {
        Hash256.Write(writer, value.ChainId);
        writer.WriteU64(value.Epoch);
        writer.WriteU64(value.Slot);
        Hash256.Write(writer, value.ContentRoot);
    }

    /// <summary>Reads the SCALE form.</summary>
    public static bool TryRead(ref ScaleReader reader, out RoundId value)
    {
        value = default;
        if (!Hash256.TryRead(ref reader, out Hash256 chainId)
            || !reader.TryReadU64(out ulong epoch)
            || !reader.TryReadU64(out ulong slot)
            || !Hash256.TryRead(ref reader, out Hash256 contentRoot))
        {
            return false;
        }

        value = new RoundId(chainId, epoch, slot, contentRoot);
        return true;
    }
}
