using Nsn.Protocol.Cryptography;

namespace Nsn.Protocol.Merkle;

/// <summary>
/// A Merkle tree over 1 to 2^31 - 1 leaves in the shape of RFC 6962, section 2.1: the left half of n leaves is the largest power of two
/// below n, so that no leaf is ever doubled. Built level by level; an odd hash at the end of a level moves up unchanged, which gives the same shape.
/// </summary>
public sealed class MerkleTree
{
    private readonly Hash256[][] _levels;

    private MerkleTree(Hash256[][] levels)
    {
        _levels = levels;
        Root = MerkleHash.Root((uint)LeafCount, levels[^1][0]);
    }

    /// <summary>The number of leaves.</summary>
    public int LeafCount => _levels[0].Length;

    /// <summary>The root, which commits to the leaves, their order and their number.</summary>
    public Hash256 Root { get; }

    /// <summary>Builds the tree over hashes of leaves (<see cref="MerkleHash.Leaf"/>).</summary>
    public static MerkleTree Build(ReadOnlySpan<Hash256> leaves)
    {
        if (leaves.IsEmpty)
            throw new ArgumentException("a tree has at least one leaf", nameof(leaves));
        List<Hash256[]> levels = [leaves.ToArray()];
        while (levels[^1].Length > 1)
            levels.Add(Above(levels[^1]));
        return new MerkleTree([.. levels]);
    }

    /// <summary>The siblings on the way from a leaf to the top, lowest first: its proof.</summary>
    public Hash256[] Prove(int leafIndex)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)leafIndex, (uint)LeafCount);
        Hash256[] siblings = new Hash256[MerkleProof.Length((uint)leafIndex, (uint)LeafCount)];
        int found = 0;
        int index = leafIndex;
        foreach (Hash256[] level in _levels)
        {
            int sibling = index ^ 1;
            if (sibling < level.Length)
                siblings[found++] = level[sibling];
            index >>= 1;
        }

        return siblings;
    }

    private static Hash256[] Above(Hash256[] level)
    {
        Hash256[] above = new Hash256[(level.Length + 1) / 2];
        for (int i = 0; i < level.Length / 2; i++)
            above[i] = MerkleHash.Node(level[2 * i], level[2 * i + 1]);
        if (int.IsOddInteger(level.Length))
            above[^1] = level[^1];
        return above;
    }
}
