using System.Buffers;
using System.Runtime.CompilerServices;
using Nsn.Protocol.Cryptography;

namespace Nsn.Protocol.Ledger;

/// <summary>
/// A root over a list, with proofs that one item is in it at one place. Leaves, inner nodes and the root are hashed under different first bytes and the root covers
/// the count, so no inner node can pose as a leaf and no shorter list as a longer one. An odd last node goes up unchanged.
/// </summary>
public static class LedgerMerkle
{
    private const byte LeafTag = 0;
    private const byte NodeTag = 1;
    private const byte RootTag = 2;

    /// <summary>The root over a list, which may be empty.</summary>
    public static Hash256 RootOf(IReadOnlyList<byte[]> leaves)
    {
        if (leaves.Count == 0)
        {
            return Close(0, default);
        }

        var level = ArrayPool<Hash256>.Shared.Rent(leaves.Count);
        for (var i = 0; i < leaves.Count; i++)
        {
            level[i] = Tagged(LeafTag, leaves[i]);
        }

        for (var count = leaves.Count; count > 1; count = (count + 1) / 2)
        {
            Rise(level, count);
        }

        var top = level[0];
        ArrayPool<Hash256>.Shared.Return(level);
        return Close(leaves.Count, top);
    }

    /// <summary>The hashes beside the path from an item to the root, from below.</summary>
    public static IReadOnlyList<Hash256> Prove(IReadOnlyList<byte[]> leaves, int index)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)leaves.Count);
        var level = leaves.Select(static leaf => Tagged(LeafTag, leaf)).ToArray();
        var siblings = new List<Hash256>();
        for (var count = level.Length; count > 1; count = (count + 1) / 2)
        {
            if ((index ^ 1) < count)
            {
                siblings.Add(level[index ^ 1]);
            }

            Rise(level, count);
            index /= 2;
        }

        return siblings;
    }

    /// <summary>Whether an item is at a place of the list that the root stands for.</summary>
    public static bool Verify(Hash256 root, ReadOnlySpan<byte> leaf, int index, int leafCount, IReadOnlyList<Hash256> siblings)
    {
        if (index < 0 || index >= leafCount)
        {
            return false;
        }

        var hash = Tagged(LeafTag, leaf);
        var used = 0;
        for (var count = leafCount; count > 1; count = (count + 1) / 2)
        {
            if ((index ^ 1) < count)
            {
                if (used == siblings.Count)
                {
                    return false;
                }

                hash = (index & 1) == 0 ? Join(hash, siblings[used]) : Join(siblings[used], hash);
                used++;
            }

            index /= 2;
        }

        return used == siblings.Count && Close(leafCount, hash) == root;
    }

    private static void Rise(Hash256[] level, int count)
    {
        for (var i = 0; i < count / 2; i++)
        {
            level[i] = Join(level[2 * i], level[(2 * i) + 1]);
        }

        if (count % 2 != 0)
        {
            level[count / 2] = level[count - 1];
        }
    }

    private static Hash256 Join(in Hash256 left, in Hash256 right)
    {
        Span<byte> pair = stackalloc byte[1 + (2 * Hash256.Size)];
        pair[0] = NodeTag;
        left.AsSpan().CopyTo(pair[1..]);
        right.AsSpan().CopyTo(pair[(1 + Hash256.Size)..]);
        return Blake2b.Hash256(pair);
    }

    private static Hash256 Close(int count, in Hash256 top)
    {
        Span<byte> root = stackalloc byte[36];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32LittleEndian(root, (uint)count);
        top.AsSpan().CopyTo(root[4..]);
        return Tagged(RootTag, root);
    }

    [SkipLocalsInit]
    private static Hash256 Tagged(byte tag, ReadOnlySpan<byte> content)
    {
        const int OnStackMax = 512;
        if (content.Length >= OnStackMax)
        {
            return Blake2b.Hash256([tag], content, []);
        }

        Span<byte> buffer = stackalloc byte[OnStackMax];
        buffer[0] = tag;
        content.CopyTo(buffer[1..]);
        return Blake2b.Hash256(buffer[..(content.Length + 1)]);
    }
}
