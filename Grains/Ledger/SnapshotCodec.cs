using Nsn.Protocol.Cryptography;
using Nsn.Protocol.Ledger;
using Nsn.Protocol.Ledger.Blocks;
using Nsn.Protocol.Ledger.State;
using Nsn.Protocol.Scale;

namespace Nsn.Grains.Ledger;

/// <summary>
/// The state as bytes: the header, then every key and value. Reading checks the root, so a snapshot that was damaged is not believed.
/// </summary>
internal static class SnapshotCodec
{
    private const int KeyBytesMax = 1 << 16;
    private const int ValueBytesMax = 1 << 26;

    public static byte[] Encode(LedgerState state)
    {
        var writer = new ScaleWriter();
        writer.WriteBytes(BlockHeader.Codec.Encode(state.Header));
        foreach (var (key, value) in state.Storage.Iterate(new StorageKey([])))
        {
            writer.WriteBytes(key.Span);
            writer.WriteBytes(value);
        }

        return writer.ToArray();
    }

    public static bool TryDecode(ReadOnlySpan<byte> bytes, Hash256 genesisHash, out LedgerState? state)
    {
        state = null;
        var reader = new ScaleReader(bytes);
        if (!reader.TryReadBytes(1024, out var headerBytes) || !BlockHeader.Codec.TryDecode(headerBytes, out var header))
            return false;
        var changes = new List<StateChange>();
        while (reader.Remaining > 0)
        {
            if (!reader.TryReadBytes(KeyBytesMax, out var key) || !reader.TryReadBytes(ValueBytesMax, out var value))
                return false;
            changes.Add(new StateChange(new StorageKey(key.ToArray()), value.ToArray()));
        }

        var storage = StateTrie.Empty.With(changes);
        if (storage.Root != header.StateRoot)
            return false;
        state = new LedgerState(header, storage, genesisHash);
        return true;
    }
}
