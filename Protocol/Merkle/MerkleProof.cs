using Nsn.Protocol.Cryptography;

namespace Nsn.Protocol.Merkle;

/// <summary>Checks that a leaf is in a tree, from the root and the siblings on the leaf's way up.</summary>
public static class MerkleProof
{
    /// <summary>The most siblings that a proof can have.</summary>
    public const int LengthMax = 32;

    /// <summary>The number of siblings that the proof of this leaf has; it follows from the index and the count alone.</summary>
    public static int Length(uint leafIndex, uint leafCount)
    {
        int length = 0;
        for (uint index = leafIndex, last = leafCount - 1; last > 0; index >>= 1, last >>= 1)
            length += HasSibling(index, last) ? 1 : 0;
        return length;
    }

    /// <summary>True if <paramref name="leaf"/> is at <paramref name="leafIndex"/> of the <paramref name="leafCount"/> leaves under <paramref name="root"/>.</summary>
    public static bool Verify(in Hash256 root, in Hash256 leaf, uint leafIndex, uint leafCount, ReadOnlySpan<Hash256> siblings)
    {
        if (leafIndex >= leafCount || siblings.Length != Length(leafIndex, leafCount))
            return false;
        Hash256 hash = leaf;
        int next = 0;
        for (uint index = leafIndex, last = leafCount - 1; last > 0; index >>= 1, last >>= 1)
        {
            if (!HasSibling(index, last))
                continue;
            Hash256 sibling = siblings[next++];
            hash = uint.IsOddInteger(index) ? MerkleHash.Node(sibling, hash) : MerkleHash.Node(hash, sibling);
        }

        return MerkleHash.Root(leafCount, hash) == root;
    }

    // The last hash of a level with an odd number of hashes moves up alone.
    private static bool HasSibling(uint index, uint last) => uint.IsOddInteger(index) || index < last;
}
