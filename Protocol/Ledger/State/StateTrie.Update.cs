namespace Nsn.Protocol.Ledger.State;

/// <summary>Changing the state: one pass over the sorted changes of a whole block.</summary>
public sealed partial class StateTrie
{
    /// <summary>The state after <paramref name="changes"/>. A key may occur once; removing a key that is not there does nothing.</summary>
    public StateTrie With(IEnumerable<StateChange> changes)
    {
        var array = changes.ToArray();
        return With(array.AsSpan());
    }

    /// <summary>The same; sorts the span and moves what is in it about.</summary>
    internal StateTrie With(Span<StateChange> changes)
    {
        changes.Sort(static (left, right) => StorageKey.CompareInItem(left.Key, right.Key));
        for (var i = 1; i < changes.Length; i++)
        {
            if (changes[i - 1].Key == changes[i].Key)
            {
                throw new ArgumentException($"Key {changes[i].Key} is changed twice.", nameof(changes));
            }
        }

        return changes.IsEmpty ? this : new StateTrie(Update(_root, changes));
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
        // Where an inserted key leaves the branch's path early, a new branch goes above it. Keys are sorted: if any leaves, the first or the last does.
        var depth = branch.Depth;
        var first = 0;
        var last = changes.Length - 1;
        while (first <= last && changes[first].Value is null)
        {
            first++;
        }

        while (last > first && changes[last].Value is null)
        {
            last--;
        }

        if (first <= last)
        {
            depth = Math.Min(depth, TrieNode.CommonNibbles(changes[first].Key, branch.AnyKey));
            depth = Math.Min(depth, TrieNode.CommonNibbles(changes[last].Key, branch.AnyKey));
        }

        if (depth == branch.Depth)
        {
            var same = branch.Children;
            return Assemble(branch.AnyKey, depth, ref same, branch.Terminal, changes);
        }

        TrieChildren children = default;
        children[TrieNode.NibbleAt(branch.AnyKey, depth)] = branch;
        return Assemble(branch.AnyKey, depth, ref children, null, changes);
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
        TrieChildren children = default;
        return count switch
        {
            0 => null,
            1 => new TrieLeaf(changes[0].Key, changes[0].Value!),
            _ => Assemble(changes[0].Key, TrieNode.CommonNibbles(changes[0].Key, changes[^1].Key), ref children, null, changes),
        };
    }

    private static TrieNode? Assemble(StorageKey path, int depth, ref TrieChildren children, TrieLeaf? terminal, Span<StateChange> changes)
    {
        // Only a removal can get here off the path, and what it removes is not there. Keys are sorted, so those off the path come first or last.
        while (!changes.IsEmpty && TrieNode.CommonNibbles(changes[0].Key, path) < depth)
        {
            changes = changes[1..];
        }

        while (!changes.IsEmpty && TrieNode.CommonNibbles(changes[^1].Key, path) < depth)
        {
            changes = changes[..^1];
        }

        if (!changes.IsEmpty && changes[0].Key.Length * 2 == depth)
        {
            terminal = changes[0].Value is { } value ? new TrieLeaf(changes[0].Key, value) : null;
            changes = changes[1..];
        }

        while (!changes.IsEmpty)
        {
            var nibble = TrieNode.NibbleAt(changes[0].Key, depth);
            var count = 1;
            while (count < changes.Length && TrieNode.NibbleAt(changes[count].Key, depth) == nibble)
            {
                count++;
            }

            ref var child = ref children[nibble];
            child = Update(child, changes[..count]);
            changes = changes[count..];
        }

        return Collapse(depth, children, terminal);
    }

    /// <summary>A branch with one way on is no branch: what is below takes its place.</summary>
    private static TrieNode? Collapse(int depth, in TrieChildren children, TrieLeaf? terminal)
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
