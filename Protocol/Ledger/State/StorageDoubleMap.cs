using System.Diagnostics.CodeAnalysis;
using Nsn.Protocol.Ledger.Codecs;
using Nsn.Protocol.Scale;

namespace Nsn.Protocol.Ledger.State;

/// <summary>A value for each pair of keys; all pairs with one first key can be walked.</summary>
public sealed class StorageDoubleMap<TFirst, TSecond, TValue> : StorageItem
{
    private readonly StorageHasher _firstHasher;
    private readonly StorageHasher _secondHasher;
    private readonly Codec<TFirst> _firstCodec;
    private readonly Codec<TSecond> _secondCodec;
    private readonly Codec<TValue> _codec;

    /// <summary>A map where a missing pair means "none".</summary>
    public StorageDoubleMap(string pallet, string name, StorageHasher hasher, Codec<TFirst> first, Codec<TSecond> second, Codec<TValue> value)
        : base(pallet, name)
    {
        _firstHasher = hasher;
        _secondHasher = hasher;
        _firstCodec = first;
        _secondCodec = second;
        _codec = value;
    }

    /// <inheritdoc/>
    public override IReadOnlyList<(StorageHasher Hasher, ScaleType Type)> Keys => [(_firstHasher, _firstCodec.Type), (_secondHasher, _secondCodec.Type)];

    /// <inheritdoc/>
    public override ScaleType ValueType => _codec.Type;

    /// <inheritdoc/>
    public override byte[]? DefaultValue => null;

    /// <summary>What the keys of all pairs with <paramref name="first"/> begin with.</summary>
    public StorageKey PrefixOf(TFirst first) => Join(Prefix.Span, _firstHasher, _firstCodec, first);

    /// <summary>Where the value of a pair is.</summary>
    public StorageKey KeyOf(TFirst first, TSecond second) => Join(PrefixOf(first).Span, _secondHasher, _secondCodec, second);

    /// <summary>Reads a value, or false where the pair is missing.</summary>
    public bool TryGet(IStateReader state, TFirst first, TSecond second, [MaybeNullWhen(false)] out TValue value)
    {
        var bytes = state.Get(KeyOf(first, second));
        value = bytes is null ? default : _codec.Decode(bytes);
        return bytes is not null;
    }

    /// <summary>Whether the pair has a value.</summary>
    public bool Contains(IStateReader state, TFirst first, TSecond second) => state.Get(KeyOf(first, second)) is not null;

    /// <summary>Writes a value.</summary>
    public void Set(StateOverlay state, TFirst first, TSecond second, TValue value) => state.Set(KeyOf(first, second), _codec, value);

    /// <summary>Removes a pair.</summary>
    public void Remove(StateOverlay state, TFirst first, TSecond second) => state.Remove(KeyOf(first, second));

    /// <summary>All second keys and values under <paramref name="first"/>, in the order of their hashed keys.</summary>
    public IEnumerable<KeyValuePair<TSecond, TValue>> Entries(IStateReader state, TFirst first)
    {
        var prefix = PrefixOf(first);
        foreach (var (storageKey, bytes) in state.Iterate(prefix))
        {
            yield return new(_secondCodec.Decode(storageKey.Span[(prefix.Length + _secondHasher.PrefixBytes())..]), _codec.Decode(bytes));
        }
    }

    /// <summary>All pairs and values, in the order of their hashed keys.</summary>
    public IEnumerable<KeyValuePair<(TFirst First, TSecond Second), TValue>> Entries(IStateReader state)
    {
        foreach (var (storageKey, bytes) in state.Iterate(Prefix))
        {
            yield return new(DecodeKeys(storageKey), _codec.Decode(bytes));
        }
    }

    private static StorageKey Join<TKey>(ReadOnlySpan<byte> prefix, StorageHasher hasher, Codec<TKey> codec, TKey key)
    {
        var writer = Scratch.Rent();
        codec.Encode(writer, key);
        var encoded = writer.WrittenSpan;
        var bytes = new byte[prefix.Length + hasher.PrefixBytes() + encoded.Length];
        prefix.CopyTo(bytes);
        hasher.Append(bytes.AsSpan(prefix.Length), encoded);
        Scratch.Return(writer);
        return new StorageKey(bytes);
    }

    private (TFirst First, TSecond Second) DecodeKeys(StorageKey storageKey)
    {
        var reader = new ScaleReader(storageKey.Span[Prefix.Length..]);
        if (reader.TryReadFixed(_firstHasher.PrefixBytes(), out _) && _firstCodec.TryDecode(ref reader, out var first)
            && reader.TryReadFixed(_secondHasher.PrefixBytes(), out _) && _secondCodec.TryDecode(ref reader, out var second))
        {
            return (first, second);
        }

        throw new InvalidOperationException($"A key of {Pallet}.{Name} does not decode.");
    }
}
