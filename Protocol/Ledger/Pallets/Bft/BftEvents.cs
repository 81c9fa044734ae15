using Nsn.Protocol.Cryptography;
using Nsn.Protocol.Ledger.Runtime;

namespace Nsn.Protocol.Ledger.Pallets.Bft;

/// <summary>What the archive reports.</summary>
public static class BftEvents
{
    /// <summary>A slot's end is in the archive.</summary>
    public sealed record ConsensusStored(ulong Slot, Hash256 EmbeddingsHash, bool Success) : LedgerEvent;
}
