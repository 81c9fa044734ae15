using System.Buffers;
using System.Runtime.InteropServices;
using Nsn.Protocol.Ledger.Codecs;
using Nsn.Protocol.Scale;

namespace Nsn.Protocol.Ledger.State;

/// <summary>
/// A block in the making: changes over a sealed state, with marks to roll back to. A call that fails leaves nothing behind.
/// </summary>
public sealed class StateOverlay : IStateReader
{
    private const int SpareBytesMax = 128;

    private readonly StateTrie _base;
    private readonly byte[]?[] _spare = new byte[SpareBytesMax + 1][];
    private readonly List<(StorageKey Key, byte[]? Previous, bool WasChanged)> _undo = [];
    private readonly Dictionary<StorageKey, byte[]?> _changes;

    /// <summary>Starts without changes.</summary>
    /// <param name="state">What is changed.</param>
    /// <param name="expected">How many keys may change, if known: room is made for them at once.</param>
    public StateOverlay(StateTrie state, int expected = 0)
    {
        _base = state;
        _changes = new Dictionary<StorageKey, byte[]?>(expected);
    }

    /// <summary>Keys changed so far, in any order.</summary>
    public IEnumerable<StateChange> Changes => _changes.Select(change => new StateChange(change.Key, change.Value));

    /// <summary>The number of keys changed so far.</summary>
    public int ChangeCount => _changes.Count;

    /// <inheritdoc/>
    /// <remarks>What is read here holds until the end of the extrinsic: the room of a value that was overwritten then goes to others.</remarks>
    public byte[]? Get(StorageKey key) => _changes.TryGetValue(key, out var changed) ? changed : _base.Get(key);

    /// <summary>The same, with the key as the state keeps it, which needs no second copy of it.</summary>
    internal byte[]? Get(StorageKey key, out StorageKey kept)
    {
        kept = key;
        return _changes.TryGetValue(key, out var changed) ? changed : _base.Get(key, ref kept);
    }

    /// <summary>Sets a value; the array belongs to the state afterwards.</summary>
    public void Set(StorageKey key, byte[] value)
    {
        ArgumentNullException.ThrowIfNull(value);
        Change(key, value);
    }

    /// <summary>Sets a value by its codec.</summary>
    internal void Set<T>(StorageKey key, Codec<T> codec, T value)
    {
        var writer = Scratch.Rent();
        codec.Encode(writer, value);
        var encoded = writer.WrittenSpan;
        byte[]? bytes = null;
        if (encoded.Length <= SpareBytesMax)
        {
            (bytes, _spare[encoded.Length]) = (_spare[encoded.Length], null);
        }

        bytes ??= GC.AllocateUninitializedArray<byte>(encoded.Length);
        encoded.CopyTo(bytes);
        Scratch.Return(writer);
        Change(key, bytes);
    }

    /// <summary>Removes a key; one that is not there is no error.</summary>
    public void Remove(StorageKey key) => Change(key, null);

    /// <summary>A point to return to with <see cref="RollBack"/>.</summary>
    public int Mark() => _undo.Count;

    /// <summary>Undoes everything since <paramref name="mark"/>.</summary>
    public void RollBack(int mark)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(mark, _undo.Count);
        for (var i = _undo.Count - 1; i >= mark; i--)
        {
            var (key, previous, wasChanged) = _undo[i];
            if (wasChanged)
            {
                _changes[key] = previous;
            }
            else
            {
                _changes.Remove(key);
            }
        }

        _undo.RemoveRange(mark, _undo.Count - mark);
    }

    /// <summary>
    /// Gives up the marks made so far, which frees what is kept for undoing. A value that this block wrote and overwrote was never seen outside: its array is the
    /// next one of its length.
    /// </summary>
    public void ForgetMarks()
    {
        foreach (var (_, previous, wasChanged) in _undo)
        {
            if (wasChanged && previous is { Length: > 0 and <= SpareBytesMax })
            {
                _spare[previous.Length] = previous;
            }
        }

        _undo.Clear();
    }

    /// <inheritdoc/>
    public IEnumerable<KeyValuePair<StorageKey, byte[]>> Iterate(StorageKey prefix, StorageKey? after = null)
    {
        // A snapshot of the changed keys: the caller may write while it walks.
        var changed = _changes.Where(change => change.Key.StartsWith(prefix.Span) && (after is not { } last || change.Key > last))
            .OrderBy(change => change.Key).ToArray();
        var next = 0;
        foreach (var entry in _base.Iterate(prefix, after))
        {
            for (; next < changed.Length && changed[next].Key < entry.Key; next++)
            {
                if (changed[next].Value is { } inserted)
                {
                    yield return new(changed[next].Key, inserted);
                }
            }

            if (next < changed.Length && changed[next].Key == entry.Key)
            {
                if (changed[next].Value is { } replaced)
                {
                    yield return new(entry.Key, replaced);
                }

                next++;
                continue;
            }

            yield return entry;
        }

        for (; next < changed.Length; next++)
        {
            if (changed[next].Value is { } inserted)
            {
                yield return new(changed[next].Key, inserted);
            }
        }
    }

    /// <summary>The sealed state with the changes in it.</summary>
    public StateTrie Commit()
    {
        var changes = ArrayPool<StateChange>.Shared.Rent(_changes.Count);
        var count = 0;
        foreach (var (key, value) in _changes)
        {
            changes[count++] = new StateChange(key, value);
        }

        var state = _base.With(changes.AsSpan(0, count));
        ArrayPool<StateChange>.Shared.Return(changes, clearArray: true);
        return state;
    }

    private void Change(StorageKey key, byte[]? value)
    {
        ref var place = ref CollectionsMarshal.GetValueRefOrAddDefault(_changes, key, out var wasChanged);
        _undo.Add((key, place, wasChanged));
        place = value;
    }
}
