namespace Nsn.Protocol.Ledger.State;

/// <summary>Something that storage items can be read from: a sealed state, or a block in the making.</summary>
public interface IStateReader
{
    /// <summary>The value under <paramref name="key"/>, or null. The array is shared: do not write to it.</summary>
    byte[]? Get(StorageKey key);

    /// <summary>Keys that begin with <paramref name="prefix"/>, in byte order, with their values; only those after <paramref name="after"/>, where given.</summary>
    IEnumerable<KeyValuePair<StorageKey, byte[]>> Iterate(StorageKey prefix, StorageKey? after = null);
}
