using Nsn.Protocol.Cryptography;

namespace Nsn.Protocol.Ledger.State;

/// <summary>
/// The ledger's state: an immutable, sorted map from keys to values with a root hash over all of it.
/// </summary>
/// <remarks>
/// A 16-way radix tree over the half bytes of the key, with paths compressed. Changing it makes new nodes along the changed
/// paths and shares all others, so that old states stay readable at no cost and a block that touches k of n keys hashes about
/// k·log16(n) nodes. Its shape, and so its root, depends only on its content, never on the order of changes.
/// </remarks>
public sealed partial class StateTrie : IStateReader
{
    private readonly TrieNode? _root;

    private StateTrie(TrieNode? root) => _root = root;

    /// <summary>The state without any key. Its root is 32 zero bytes.</summary>
    public static StateTrie Empty { get; } = new(null);

    /// <summary>The hash that commits to every key and value.</summary>
    public Hash256 Root => _root?.Hash ?? default;

    /// <inheritdoc/>
    public byte[]? Get(StorageKey key) => Get(key, ref key);

    /// <summary>The same; where the key is found, <paramref name="kept"/> becomes the key as it is kept here.</summary>
    internal byte[]? Get(StorageKey key, ref StorageKey kept)
    {
        var node = _root;
        var nibbles = key.Length * 2;
        while (node is TrieBranch branch)
        {
            if (branch.Depth >= nibbles)
            {
                node = branch.Depth == nibbles ? branch.Terminal : null;
                break;
            }

            node = branch.Children[TrieNode.NibbleAt(key, branch.Depth)];
        }

        // Paths are not compared on the way down: the leaf has the whole key.
        if (node is not TrieLeaf leaf || leaf.Key != key)
        {
            return null;
        }

        kept = leaf.Key;
        return leaf.Value;
    }

    /// <inheritdoc/>
    public IEnumerable<KeyValuePair<StorageKey, byte[]>> Iterate(StorageKey prefix, StorageKey? after = null)
    {
        var node = _root;
        while (node is TrieBranch branch && branch.Depth < prefix.Length * 2)
        {
            node = branch.Children[TrieNode.NibbleAt(prefix, branch.Depth)];
        }

        return node is not null && node.AnyKey.StartsWith(prefix.Span) ? Walk(node, after) : [];
    }

    private static IEnumerable<KeyValuePair<StorageKey, byte[]>> Walk(TrieNode start, StorageKey? after)
    {
        var pending = new Stack<TrieNode>();
        pending.Push(start);
        while (pending.TryPop(out var node))
        {
            if (node is TrieLeaf leaf)
            {
                if (after is not { } last || leaf.Key > last)
                {
                    yield return new(leaf.Key, leaf.Value);
                }

                continue;
            }

            var branch = (TrieBranch)node;
            if (after is { } bound && EndsBefore(branch, bound))
            {
                continue;
            }

            for (var i = 15; i >= 0; i--)
            {
                if (branch.Children[i] is { } child)
                {
                    pending.Push(child);
                }
            }

            if (branch.Terminal is { } terminal)
            {
                pending.Push(terminal);
            }
        }
    }

    /// <summary>Whether every key below the branch sorts before the bound: then its path already differs, downwards.</summary>
    private static bool EndsBefore(TrieBranch branch, StorageKey bound)
    {
        var common = TrieNode.CommonNibbles(branch.AnyKey, bound);
        return common < branch.Depth && common < bound.Length * 2 && TrieNode.NibbleAt(branch.AnyKey, common) < TrieNode.NibbleAt(bound, common);
    }
}
