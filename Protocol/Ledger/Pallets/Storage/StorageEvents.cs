using Nsn.Protocol.Cryptography;
using Nsn.Protocol.Ledger.Runtime;

namespace Nsn.Protocol.Ledger.Pallets.Storage;

/// <summary>What the storage pallet reports.</summary>
public static class StorageEvents
{
    /// <summary>Shards are to be kept.</summary>
    public sealed record DealCreated(ulong Deal, AccountId Creator, uint ShardCount, UInt128 Payment) : LedgerEvent;

    /// <summary>Who keeps a shard.</summary>
    public sealed record ShardAssigned(ulong Deal, uint Shard, IReadOnlyList<AccountId> Pinners) : LedgerEvent;

    /// <summary>An interval was paid.</summary>
    public sealed record RewardsDistributed(ulong Deal, uint Interval, UInt128 Amount) : LedgerEvent;

    /// <summary>A deal is over; this went back to its creator.</summary>
    public sealed record DealExpired(ulong Deal, UInt128 Refund) : LedgerEvent;

    /// <summary>A pinner is to show 64 bytes.</summary>
    public sealed record AuditStarted(ulong Audit, ulong Deal, uint Shard, AccountId Pinner, uint LeafIndex, uint Deadline) : LedgerEvent;

    /// <summary>A pinner did, or did not.</summary>
    public sealed record AuditCompleted(ulong Audit, AccountId Pinner, bool Passed) : LedgerEvent;
}
