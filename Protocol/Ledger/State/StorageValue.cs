using System.Diagnostics.CodeAnalysis;
using Nsn.Protocol.Ledger.Codecs;

namespace Nsn.Protocol.Ledger.State;

/// <summary>One value.</summary>
public sealed class StorageValue<T> : StorageItem
{
    private readonly Codec<T> _codec;
    private readonly T? _default;
    private readonly bool _hasDefault;

    /// <summary>A value that may be missing.</summary>
    public StorageValue(string pallet, string name, Codec<T> codec)
        : base(pallet, name) => _codec = codec;

    /// <summary>A value that reads as <paramref name="whenMissing"/> where nothing is stored.</summary>
    public StorageValue(string pallet, string name, Codec<T> codec, T whenMissing)
        : this(pallet, name, codec)
    {
        _default = whenMissing;
        _hasDefault = true;
    }

    /// <inheritdoc/>
    public override IReadOnlyList<(StorageHasher Hasher, ScaleType Type)> Keys => [];

    /// <inheritdoc/>
    public override ScaleType ValueType => _codec.Type;

    /// <inheritdoc/>
    public override byte[]? DefaultValue => _hasDefault ? _codec.Encode(_default!) : null;

    /// <summary>Reads it, or false where nothing is stored.</summary>
    public bool TryGet(IStateReader state, [MaybeNullWhen(false)] out T value)
    {
        var bytes = state.Get(Prefix);
        value = bytes is null ? default : _codec.Decode(bytes);
        return bytes is not null;
    }

    /// <summary>Reads it; where nothing is stored, the default that was named.</summary>
    public T Get(IStateReader state) => TryGet(state, out var value) ? value
        : _hasDefault ? _default! : throw new InvalidOperationException($"{Pallet}.{Name} has no value.");

    /// <summary>Writes it.</summary>
    public void Set(StateOverlay state, T value) => state.Set(Prefix, _codec, value);

    /// <summary>Removes it.</summary>
    public void Remove(StateOverlay state) => state.Remove(Prefix);
}
