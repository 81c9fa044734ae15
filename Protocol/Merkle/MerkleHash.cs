using System.Buffers.Binary;
using Nsn.Protocol.Cryptography;

namespace Nsn.Protocol.Merkle;

/// <summary>
/// The three hashes of the tree, each SHA-256 with a first byte of its own, so that a leaf can never pass for a node or a node for a root.
/// The root commits to the number of leaves: a proof for one count is worthless for another.
/// </summary>
public static class MerkleHash
{
    /// <summary>SHA-256(00 ‖ data).</summary>
    /// <param name="data">What the leaf commits to.</param>
    public static Hash256 Leaf(ReadOnlySpan<byte> data)
    {
        const int OnStackMax = 256;
        Span<byte> input = data.Length < OnStackMax ? stackalloc byte[OnStackMax] : new byte[data.Length + 1];
        input[0] = 0;
        data.CopyTo(input[1..]);
        return Sha2.Hash256(input[..(data.Length + 1)]);
    }

    /// <summary>SHA-256(01 ‖ left ‖ right).</summary>
    public static Hash256 Node(in Hash256 left, in Hash256 right)
    {
        Span<byte> input = stackalloc byte[1 + 2 * Hash256.Size];
        input[0] = 1;
        left.AsSpan().CopyTo(input[1..]);
        right.AsSpan().CopyTo(input[(1 + Hash256.Size)..]);
        return Sha2.Hash256(input);
    }

    /// <summary>SHA-256(02 ‖ leaf count as u32, little-endian ‖ top).</summary>
    public static Hash256 Root(uint leafCount, in Hash256 top)
    {
        Span<byte> input = stackalloc byte[5 + Hash256.Size];
        input[0] = 2;
        BinaryPrimitives.WriteUInt32LittleEndian(input[1..], leafCount);
        top.AsSpan().CopyTo(input[5..]);
        return Sha2.Hash256(input);
    }
}
