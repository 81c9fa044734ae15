namespace Nsn.Protocol.Ledger.State;

/// <summary>Changing the state: one pass over the sorted changes of a whole block.</summary>
public sealed partial class StateTrie
{
    /// <summary>The state after <paramref name="changes"/>. A key may occur once; removing a key that is not there does nothing.</summary>
    public StateTrie With(IEnumerable<StateChange> changes)
    {
        var sorted = changes.ToArray();
        Array.Sort(sorted, static (left, right) => left.Key.CompareTo(right.Key));
        for (var i = 1; i < sorted.Length; i++)
        {
            if (sorted[i - 1].Key == sorted[i].Key)
            {
                throw new ArgumentException($"Key {sorted[i].Key} is changed twice.", nameof(changes));
            }
        }

        return sorted.Length == 0 ? this : new StateTrie(Update(_root, sorted));
    }

    private static TrieNode? Update(TrieNode? node, Span<StateChange> changes)
    {
        if (changes.IsEmpty)
        {
            return node;
        }

        return node switch
        {
            null => Build(changes),
            TrieLeaf leaf => UpdateLeaf(leaf, changes),
            TrieBranch branch => UpdateBranch(branch, changes),
            _ => throw new InvalidOperationException("A node is a leaf or a branch."),
        };
    }

    private static TrieNode? UpdateLeaf(TrieLeaf leaf, Span<StateChange> changes)
    {
        if (changes.Length == 1 && changes[0].Key == leaf.Key)
        {
            return changes[0].Value is { } replaced ? new TrieLeaf(leaf.Key, replaced) : null;
        }

        var merged = new List<StateChange>(changes.Length + 1);
        var placed = false;
        foreach (var change in changes)
        {
            var order = change.Key.CompareTo(leaf.Key);
            if (!placed && order > 0)
            {
                merged.Add(new(leaf.Key, leaf.Value));
            }

            placed |= order >= 0;
            merged.Add(change);
        }

        if (!placed)
        {
            merged.Add(new(leaf.Key, leaf.Value));
        }

        return Build(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(merged));
    }

    private static TrieNode? UpdateBranch(TrieBranch branch, Span<StateChange> changes)
    {
        // Where an inserted key leaves the branch's path early, a new branch goes above it.
        var depth = branch.Depth;
        foreach (var change in changes)
        {
            if (change.Value is not null)
            {
                depth = Math.Min(depth, TrieNode.CommonNibbles(change.Key, branch.AnyKey));
            }
        }

        if (depth == branch.Depth)
        {
            return Assemble(branch.AnyKey, depth, (TrieNode?[])branch.Children.Clone(), branch.Terminal, changes);
        }

        var children = new TrieNode?[16];
        children[TrieNode.NibbleAt(branch.AnyKey, depth)] = branch;
        return Assemble(branch.AnyKey, depth, children, null, changes);
    }

    private static TrieNode? Build(Span<StateChange> changes)
    {
        var count = 0;
        for (var i = 0; i < changes.Length; i++)
        {
            if (changes[i].Value is not null)
            {
                changes[count++] = changes[i];
            }
        }

        changes = changes[..count];
        return count switch
        {
            0 => null,
            1 => new TrieLeaf(changes[0].Key, changes[0].Value!),
            _ => Assemble(changes[0].Key, TrieNode.CommonNibbles(changes[0].Key, changes[^1].Key), new TrieNode?[16], null, changes),
        };
    }

    private static TrieNode? Assemble(StorageKey path, int depth, TrieNode?[] children, TrieLeaf? terminal, Span<StateChange> changes)
    {
        for (var start = 0; start < changes.Length;)
        {
            var key = changes[start].Key;
            if (TrieNode.CommonNibbles(key, path) < depth)
            {
                start++; // Only a removal can get here off the path, and what it removes is not there.
                continue;
            }

            if (key.Length * 2 == depth)
            {
                terminal = changes[start].Value is { } value ? new TrieLeaf(key, value) : null;
                start++;
                continue;
            }

            var nibble = TrieNode.NibbleAt(key, depth);
            var end = start + 1;
            while (end < changes.Length && changes[end].Key.Length * 2 > depth && TrieNode.CommonNibbles(changes[end].Key, key) > depth)
            {
                end++;
            }

            children[nibble] = Update(children[nibble], changes[start..end]);
            start = end;
        }

        return Collapse(path, depth, children, terminal);
    }

    /// <summary>A branch with one way on is no branch: what is below takes its place.</summary>
    private static TrieNode? Collapse(StorageKey path, int depth, TrieNode?[] children, TrieLeaf? terminal)
    {
        TrieNode? only = terminal;
        var count = terminal is null ? 0 : 1;
        TrieNode? any = terminal;
        foreach (var child in children)
        {
            if (child is not null)
            {
                count++;
                only = child;
                any ??= child;
            }
        }

        return count switch
        {
            0 => null,
            1 => only,
            _ => new TrieBranch(any!.AnyKey, depth, children, terminal),
        };
    }
}
