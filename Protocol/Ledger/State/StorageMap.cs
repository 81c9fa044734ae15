using System.Diagnostics.CodeAnalysis;
using Nsn.Protocol.Ledger.Codecs;
using Nsn.Protocol.Scale;

namespace Nsn.Protocol.Ledger.State;

/// <summary>A value for each key.</summary>
public sealed class StorageMap<TKey, TValue> : StorageItem
{
    private readonly StorageHasher _hasher;
    private readonly Codec<TKey> _keyCodec;
    private readonly Codec<TValue> _codec;
    private readonly TValue? _default;
    private readonly bool _hasDefault;
    private readonly RecentKeys<TKey>? _recent;

    /// <summary>A map where a missing key means "none".</summary>
    public StorageMap(string pallet, string name, StorageHasher hasher, Codec<TKey> key, Codec<TValue> value)
        : base(pallet, name)
    {
        _hasher = hasher;
        _keyCodec = key;
        _codec = value;
        _recent = hasher == StorageHasher.Blake2Concat128 ? new RecentKeys<TKey>() : null;
    }

    /// <summary>A map where a missing key reads as <paramref name="whenMissing"/>.</summary>
    public StorageMap(string pallet, string name, StorageHasher hasher, Codec<TKey> key, Codec<TValue> value, TValue whenMissing)
        : this(pallet, name, hasher, key, value)
    {
        _default = whenMissing;
        _hasDefault = true;
    }

    /// <inheritdoc/>
    public override IReadOnlyList<(StorageHasher Hasher, ScaleType Type)> Keys => [(_hasher, _keyCodec.Type)];

    /// <inheritdoc/>
    public override ScaleType ValueType => _codec.Type;

    /// <inheritdoc/>
    public override byte[]? DefaultValue => _hasDefault ? _codec.Encode(_default!) : null;

    /// <summary>Where the value of <paramref name="key"/> is.</summary>
    public StorageKey KeyOf(TKey key)
    {
        if (_recent?.TryFind(key, out var known) == true)
        {
            return known;
        }

        var writer = Scratch.Rent();
        _keyCodec.Encode(writer, key);
        var encoded = writer.WrittenSpan;
        var bytes = new byte[Prefix.Length + _hasher.PrefixBytes() + encoded.Length];
        Prefix.Span.CopyTo(bytes);
        _hasher.Append(bytes.AsSpan(Prefix.Length), encoded);
        Scratch.Return(writer);
        var storageKey = new StorageKey(bytes);
        _recent?.Remember(key, storageKey);
        return storageKey;
    }

    /// <summary>Reads a value, or false where the key is missing.</summary>
    public bool TryGet(IStateReader state, TKey key, [MaybeNullWhen(false)] out TValue value)
    {
        var storageKey = KeyOf(key);
        byte[]? bytes;
        if (_recent is not null && state is StateOverlay overlay)
        {
            // Whoever reads mostly writes next, and then the state's own copy of the key will do.
            bytes = overlay.Get(storageKey, out var kept);
            _recent.Replace(key, storageKey, kept);
        }
        else
        {
            bytes = state.Get(storageKey);
        }

        value = bytes is null ? default : _codec.Decode(bytes);
        return bytes is not null;
    }

    /// <summary>Reads a value; where the key is missing, the default that was named.</summary>
    public TValue Get(IStateReader state, TKey key) => TryGet(state, key, out var value) ? value
        : _hasDefault ? _default! : throw new InvalidOperationException($"{Pallet}.{Name} has no value for {key}.");

    /// <summary>Whether the key has a value.</summary>
    public bool Contains(IStateReader state, TKey key) => state.Get(KeyOf(key)) is not null;

    /// <summary>Writes a value.</summary>
    public void Set(StateOverlay state, TKey key, TValue value) => state.Set(KeyOf(key), _codec, value);

    /// <summary>Removes a key.</summary>
    public void Remove(StateOverlay state, TKey key) => state.Remove(KeyOf(key));

    /// <summary>All keys and values, in the order of the hashed keys: the same everywhere, but not the order of the keys.</summary>
    public IEnumerable<KeyValuePair<TKey, TValue>> Entries(IStateReader state)
    {
        foreach (var (storageKey, bytes) in state.Iterate(Prefix))
        {
            yield return new(_keyCodec.Decode(storageKey.Span[(Prefix.Length + _hasher.PrefixBytes())..]), _codec.Decode(bytes));
        }
    }
}
