namespace Nsn.Protocol.Ledger.State;

/// <summary>
/// Hashed keys that were asked for lately: one call reads and writes the same few accounts many times. Remembers results of a pure function, so it
/// cannot be seen from outside. Entries are immutable and replaced whole, so threads may share it.
/// </summary>
internal sealed class RecentKeys<TKey>
{
    private const int Places = 256;
    private readonly Entry?[] _entries = new Entry?[Places];

    public bool TryFind(TKey key, out StorageKey storageKey)
    {
        var entry = _entries[PlaceOf(key)];
        var found = entry is not null && EqualityComparer<TKey>.Default.Equals(entry.Key, key);
        storageKey = found ? entry!.StorageKey : default;
        return found;
    }

    public void Remember(TKey key, StorageKey storageKey) => _entries[PlaceOf(key)] = new Entry(key, storageKey);

    private static int PlaceOf(TKey key) => EqualityComparer<TKey>.Default.GetHashCode(key!) & (Places - 1);

    private sealed class Entry(TKey key, StorageKey storageKey)
    {
        public TKey Key { get; } = key;

        public StorageKey StorageKey { get; } = storageKey;
    }
}
