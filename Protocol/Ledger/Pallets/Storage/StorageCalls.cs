using Nsn.Protocol.Cryptography;
using Nsn.Protocol.Ledger.Runtime;

namespace Nsn.Protocol.Ledger.Pallets.Storage;

/// <summary>What can be asked of the storage pallet.</summary>
public static class StorageCalls
{
    /// <summary>Has shards kept.</summary>
    /// <param name="Shards">Which.</param>
    /// <param name="DurationBlocks">For how long: whole intervals of it.</param>
    /// <param name="Payment">For how much, in all.</param>
    public sealed record CreateDeal(IReadOnlyList<ShardClaim> Shards, uint DurationBlocks, UInt128 Payment) : Call;

    /// <summary>Ends an own deal with the running interval.</summary>
    public sealed record CancelDeal(ulong Deal) : Call;

    /// <summary>Answers an audit.</summary>
    /// <param name="Audit">Which.</param>
    /// <param name="Leaf">The 64 bytes asked for.</param>
    /// <param name="Siblings">The hashes beside its path, from below.</param>
    public sealed record SubmitAuditProof(ulong Audit, byte[] Leaf, IReadOnlyList<Hash256> Siblings) : Call;

    /// <summary>The creator of a deal says that a pinner served chunks of a shard; at most ten count in an interval.</summary>
    public sealed record AcknowledgeService(ulong Deal, uint Shard, AccountId Pinner, uint Chunks) : Call;
}
