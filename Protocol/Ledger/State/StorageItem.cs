using System.Text;
using Nsn.Protocol.Cryptography;
using Nsn.Protocol.Ledger.Codecs;

namespace Nsn.Protocol.Ledger.State;

/// <summary>A named place in the state: what metadata says about it.</summary>
public abstract class StorageItem
{
    /// <summary>Names the place.</summary>
    /// <param name="pallet">The pallet's name, as clients see it.</param>
    /// <param name="name">The item's name, as clients see it.</param>
    protected StorageItem(string pallet, string name)
    {
        Pallet = pallet;
        Name = name;
        var prefix = new byte[32];
        TwoX.Hash128(Encoding.ASCII.GetBytes(pallet), prefix);
        TwoX.Hash128(Encoding.ASCII.GetBytes(name), prefix.AsSpan(16));
        Prefix = new StorageKey(prefix);
    }

    /// <summary>The pallet's name.</summary>
    public string Pallet { get; }

    /// <summary>The item's name.</summary>
    public string Name { get; }

    /// <summary>twox128(pallet) ‖ twox128(item): 32 bytes that all keys of the item begin with.</summary>
    public StorageKey Prefix { get; }

    /// <summary>The hashers and shapes of the keys: none for a single value, two for a double map.</summary>
    public abstract IReadOnlyList<(StorageHasher Hasher, ScaleType Type)> Keys { get; }

    /// <summary>The shape of the values.</summary>
    public abstract ScaleType ValueType { get; }

    /// <summary>The bytes read where nothing is stored, or null where that means "none".</summary>
    public abstract byte[]? DefaultValue { get; }
}
