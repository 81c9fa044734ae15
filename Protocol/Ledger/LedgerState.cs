using Nsn.Protocol.Cryptography;
using Nsn.Protocol.Ledger.Blocks;
using Nsn.Protocol.Ledger.State;

namespace Nsn.Protocol.Ledger;

/// <summary>The ledger after a block: immutable, and cheap to keep many of, since they share what did not change.</summary>
/// <param name="Header">The block's header.</param>
/// <param name="Storage">Every key and value.</param>
/// <param name="GenesisHash">The hash of block 0: names the chain.</param>
public sealed record LedgerState(BlockHeader Header, StateTrie Storage, Hash256 GenesisHash)
{
    /// <summary>The block's number.</summary>
    public uint Number => Header.Number;

    /// <summary>The block's hash.</summary>
    public Hash256 Hash => Header.Hash;

    /// <summary>The state root.</summary>
    public Hash256 Root => Storage.Root;
}
