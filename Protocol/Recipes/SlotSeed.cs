using System.Buffers.Binary;
using Nsn.Protocol.Cryptography;

namespace Nsn.Protocol.Recipes;

/// <summary>The seed that all randomness of a slot's generation comes from.</summary>
public static class SlotSeed
{
    /// <summary>SHA-256(tag ‖ epoch randomness ‖ slot as u64, little-endian).</summary>
    public static Hash256 Derive(in Hash256 epochRandomness, ulong slot)
    {
        Span<byte> input = stackalloc byte[DomainTag.Size + 32 + 8];
        DomainTag.SlotSeed.CopyTo(input);
        epochRandomness.AsSpan().CopyTo(input[16..]);
        BinaryPrimitives.WriteUInt64LittleEndian(input[48..], slot);
        return Sha2.Hash256(input);
    }
}
