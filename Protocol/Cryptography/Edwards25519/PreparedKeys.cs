namespace Nsn.Protocol.Cryptography.Edwards25519;

/// <summary>
/// The keys that signed often of late: the directors of an epoch, above all. A key is prepared when it comes the fourth time; one that comes seldom loses its place to
/// others. Remembers results of a pure function, so it cannot be seen from outside but in time. Threads may share it: a lost count does no harm.
/// </summary>
internal sealed class PreparedKeys
{
    private const int Places = 64; // 2 MB of tables at most
    private const int Ways = 4;
    private const int UsesToPrepare = 4;
    private const int UsesMax = 64;
    private readonly Entry?[] _entries = new Entry?[Places];

    /// <summary>The prepared key, or null for one that is not prepared (yet).</summary>
    public PreparedKey? Find(in AccountId key)
    {
        int first = key.GetHashCode() & (Places - 1) & ~(Ways - 1);
        Span<Entry?> set = _entries.AsSpan(first, Ways);
        int place = 0;
        for (int i = 0; i < Ways; i++)
        {
            Entry? entry = set[i];
            if (entry is not null && entry.Key == key)
                return entry.Use();
            if (set[place] is { } least && (entry is null || entry.Uses < least.Uses))
                place = i;
        }

        // Each miss wears down the least used of the set, until it makes room.
        if (set[place] is not { } worn || --worn.Uses <= 0)
            set[place] = new Entry(key);
        return null;
    }

    private sealed class Entry(AccountId key)
    {
        private volatile PreparedKey? _prepared;

        public AccountId Key { get; } = key;

        public int Uses { get; set; } = 1;

        public PreparedKey? Use()
        {
            Uses = Math.Min(Uses + 1, UsesMax);
            if (_prepared is null && Uses >= UsesToPrepare)
                _prepared = PreparedKey.TryCreate(Key);
            return _prepared;
        }
    }
}
