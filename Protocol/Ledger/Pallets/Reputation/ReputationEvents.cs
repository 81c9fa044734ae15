using Nsn.Protocol.Cryptography;
using Nsn.Protocol.Ledger.Runtime;

namespace Nsn.Protocol.Ledger.Pallets.Reputation;

/// <summary>What the reputation pallet reports.</summary>
public static class ReputationEvents
{
    /// <summary>A reputation changed.</summary>
    public sealed record ReputationRecorded(AccountId Account, ReputationEventKind EventType, ulong Slot, uint Times) : LedgerEvent;

    /// <summary>The root over the block's reputation events.</summary>
    public sealed record MerkleRootPublished(uint Block, Hash256 Root, uint EventCount) : LedgerEvent;

    /// <summary>The root over all reputations.</summary>
    public sealed record CheckpointCreated(uint Block, uint ScoreCount, Hash256 Root) : LedgerEvent;

    /// <summary>There were more reputations than a checkpoint takes.</summary>
    public sealed record CheckpointTruncated(uint Block, uint Total, uint Included) : LedgerEvent;
}
