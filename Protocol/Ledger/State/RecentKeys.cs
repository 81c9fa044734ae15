namespace Nsn.Protocol.Ledger.State;

/// <summary>
/// Hashed keys that were asked for lately: one call reads and writes the same few accounts many times. Remembers results of a pure function, so it
/// cannot be seen from outside. Each thread has its own.
/// </summary>
#pragma warning disable CA1001 // Storage items live as long as the program, and their thread-locals with them.
internal sealed class RecentKeys<TKey>
#pragma warning restore CA1001
{
    private const int Places = 256;
    private readonly ThreadLocal<Entry[]> _entries = new(static () => new Entry[Places]);

    public bool TryFind(TKey key, out StorageKey storageKey)
    {
        ref var entry = ref PlaceOf(key);
        var found = entry.StorageKey.Length > 0 && EqualityComparer<TKey>.Default.Equals(entry.Key, key);
        storageKey = found ? entry.StorageKey : default;
        return found;
    }

    public void Remember(TKey key, StorageKey storageKey) => PlaceOf(key) = new Entry(key, storageKey);

    /// <summary>Remembers an equal key in place of the one that <see cref="TryFind"/> gives.</summary>
    public void Replace(TKey key, StorageKey storageKey, StorageKey equal)
    {
        if (!ReferenceEquals(storageKey.Bytes, equal.Bytes))
        {
            Remember(key, equal);
        }
    }

    private ref Entry PlaceOf(TKey key) => ref _entries.Value![EqualityComparer<TKey>.Default.GetHashCode(key!) & (Places - 1)];

    private readonly record struct Entry(TKey Key, StorageKey StorageKey);
}
