using Nsn.Protocol.Ledger.Codecs;
using Nsn.Protocol.Ledger.Runtime;

namespace Nsn.Protocol.Ledger.Pallets.Storage;

/// <summary>Keeping shards for pay, and proving it.</summary>
public static class StoragePallet
{
    /// <summary>As clients see it.</summary>
    public const string Name = "NsnStorage";

    internal const byte Index = 54;

    /// <summary>The pallet.</summary>
    public static Pallet Pallet { get; } = new(Index, Name)
    {
        Calls =
        [
            CallDefinition.Signed<StorageCalls.CreateDeal>(0, "create_deal", Weights.Of(2010, 30),
                Codec.Record<StorageCalls.CreateDeal>("create_deal")
                    .With("shards", Codec.Vector(ShardClaim.Codec, 64), static c => c.Shards).With("duration_blocks", Codec.U32, static c => c.DurationBlocks)
                    .With("payment", Codec.U128, static c => c.Payment).Build(static (shards, duration, payment) => new(shards, duration, payment)),
                Deals.Create),
            CallDefinition.Signed<StorageCalls.CancelDeal>(1, "cancel_deal", Weights.Of(1, 1),
                Codec.Record<StorageCalls.CancelDeal>("cancel_deal").With("deal", Codec.U64, static c => c.Deal).Build(static deal => new(deal)),
                Deals.Cancel),
            CallDefinition.Signed<StorageCalls.SubmitAuditProof>(2, "submit_audit_proof", Weights.Of(220, 420),
                Codec.Record<StorageCalls.SubmitAuditProof>("submit_audit_proof")
                    .With("audit", Codec.U64, static c => c.Audit).With("leaf", Codec.Fixed(Audits.LeafBytes), static c => c.Leaf)
                    .With("siblings", Codec.Vector(Codec.Hash, 32), static c => c.Siblings).Build(static (audit, leaf, siblings) => new(audit, leaf, siblings)),
                Audits.Answer),
            CallDefinition.Signed<StorageCalls.AcknowledgeService>(3, "acknowledge_service", Weights.Of(6, 5),
                Codec.Record<StorageCalls.AcknowledgeService>("acknowledge_service")
                    .With("deal", Codec.U64, static c => c.Deal).With("shard", Codec.U32, static c => c.Shard)
                    .With("pinner", Codec.Account, static c => c.Pinner).With("chunks", Codec.U32, static c => c.Chunks)
                    .Build(static (deal, shard, pinner, chunks) => new(deal, shard, pinner, chunks)),
                Deals.Acknowledge),
        ],
        Events =
        [
            EventDefinition.Of(0, Codec.Record<StorageEvents.DealCreated>("DealCreated")
                .With("deal", Codec.U64, static e => e.Deal).With("creator", Codec.Account, static e => e.Creator)
                .With("shard_count", Codec.U32, static e => e.ShardCount).With("payment", Codec.U128, static e => e.Payment)
                .Build(static (deal, creator, shards, payment) => new(deal, creator, shards, payment))),
            EventDefinition.Of(1, Codec.Record<StorageEvents.ShardAssigned>("ShardAssigned")
                .With("deal", Codec.U64, static e => e.Deal).With("shard", Codec.U32, static e => e.Shard)
                .With("pinners", Codec.Vector(Codec.Account, 16), static e => e.Pinners).Build(static (deal, shard, pinners) => new(deal, shard, pinners))),
            EventDefinition.Of(2, Codec.Record<StorageEvents.RewardsDistributed>("RewardsDistributed")
                .With("deal", Codec.U64, static e => e.Deal).With("interval", Codec.U32, static e => e.Interval).With("amount", Codec.U128, static e => e.Amount)
                .Build(static (deal, interval, amount) => new(deal, interval, amount))),
            EventDefinition.Of(3, Codec.Record<StorageEvents.DealExpired>("DealExpired")
                .With("deal", Codec.U64, static e => e.Deal).With("refund", Codec.U128, static e => e.Refund).Build(static (deal, refund) => new(deal, refund))),
            EventDefinition.Of(4, Codec.Record<StorageEvents.AuditStarted>("AuditStarted")
                .With("audit", Codec.U64, static e => e.Audit).With("deal", Codec.U64, static e => e.Deal).With("shard", Codec.U32, static e => e.Shard)
                .With("pinner", Codec.Account, static e => e.Pinner).With("leaf_index", Codec.U32, static e => e.LeafIndex).With("deadline", Codec.U32, static e => e.Deadline)
                .Build(static (audit, deal, shard, pinner, leaf, deadline) => new(audit, deal, shard, pinner, leaf, deadline))),
            EventDefinition.Of(5, Codec.Record<StorageEvents.AuditCompleted>("AuditCompleted")
                .With("audit", Codec.U64, static e => e.Audit).With("pinner", Codec.Account, static e => e.Pinner).With("passed", Codec.Bool, static e => e.Passed)
                .Build(static (audit, pinner, passed) => new(audit, pinner, passed))),
        ],
        Errors = StorageErrors.All,
        Storage = [StorageItems.NextDeal, StorageItems.Deals, StorageItems.Shards, StorageItems.Acknowledged, StorageItems.NextAudit, StorageItems.PendingAudits],
        OnDue = static (context, kind, key) =>
        {
            var id = Codec.U64.Decode(key);
            if (kind == Deals.IntervalEnds)
            {
                Deals.EndInterval(context, id);
            }
            else
            {
                Audits.Expire(context, id);
            }

            return DispatchResult.Ok;
        },
    };
}
