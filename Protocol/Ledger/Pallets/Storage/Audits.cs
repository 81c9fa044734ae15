using Nsn.Protocol.Cryptography;
using Nsn.Protocol.Elections;
using Nsn.Protocol.Ledger.Codecs;
using Nsn.Protocol.Ledger.Pallets.Agenda;
using Nsn.Protocol.Ledger.Pallets.Reputation;
using Nsn.Protocol.Ledger.Pallets.Stake;
using Nsn.Protocol.Ledger.Pallets.Treasury;
using Nsn.Protocol.Ledger.Runtime;

namespace Nsn.Protocol.Ledger.Pallets.Storage;

/// <summary>Audits: drawn by the ledger itself, of pinners for shards that they keep, over each shard's whole length.</summary>
internal static class Audits
{
    /// <summary>Bytes of a leaf.</summary>
    public const int LeafBytes = 64;

    public static void Draw(BlockContext context, ulong dealId, Deal deal, IReadOnlyList<KeyValuePair<uint, Shard>> shards)
    {
        var random = new HashDrbg(Deals.Seed(context, dealId, deal.IntervalsPaid));
        foreach (var (index, shard) in shards)
        {
            foreach (var pinner in shard.Pinners)
            {
                var chance = AuditPolicy.ChancePerInterval(context.Parameters, Staking.Of(context.State, pinner).Amount);
                if (random.NextBelow(1_000_000) < chance)
                {
                    Start(context, dealId, index, pinner, (uint)random.NextBelow(shard.Claim.LeafCount));
                }
            }
        }
    }

    public static DispatchResult Answer(BlockContext context, AccountId who, StorageCalls.SubmitAuditProof call)
    {
        if (!StorageItems.PendingAudits.TryGet(context.State, call.Audit, out var audit) || context.Number > audit.Deadline)
        {
            return StorageErrors.AuditNotFound;
        }

        if (audit.Pinner != who)
        {
            return StorageErrors.NotAuditTarget;
        }

        if (!StorageItems.Shards.TryGet(context.State, audit.Deal, audit.Shard, out var shard))
        {
            // The deal ended meanwhile: nothing is left to prove.
            StorageItems.PendingAudits.Remove(context.State, call.Audit);
            return DispatchResult.OkWithoutFee;
        }

        var passed = LedgerMerkle.Verify(shard.Claim.MerkleRoot, call.Leaf, (int)audit.LeafIndex, (int)shard.Claim.LeafCount, call.Siblings);
        Complete(context, call.Audit, audit, passed, SlashReason.AuditInvalid);
        return DispatchResult.OkWithoutFee;
    }

    public static void Expire(BlockContext context, ulong id)
    {
        if (!StorageItems.PendingAudits.TryGet(context.State, id, out var audit))
        {
            return;
        }

        if (StorageItems.Shards.Contains(context.State, audit.Deal, audit.Shard))
        {
            Complete(context, id, audit, passed: false, SlashReason.AuditTimeout);
        }
        else
        {
            StorageItems.PendingAudits.Remove(context.State, id);
        }
    }

    private static void Start(BlockContext context, ulong deal, uint shard, AccountId pinner, uint leaf)
    {
        var id = StorageItems.NextAudit.Get(context.State);
        var deadline = context.Number + context.Parameters.AuditBlocks;
        StorageItems.NextAudit.Set(context.State, id + 1);
        StorageItems.PendingAudits.Set(context.State, id, new Audit(deal, shard, pinner, leaf, deadline));
        AgendaPallet.Schedule(context, deadline + 1, StoragePallet.Index, Deals.AuditDue, Codec.U64.Encode(id));
        context.Deposit(new StorageEvents.AuditStarted(id, deal, shard, pinner, leaf, deadline));
    }

    private static void Complete(BlockContext context, ulong id, Audit audit, bool passed, SlashReason reason)
    {
        StorageItems.PendingAudits.Remove(context.State, id);
        if (passed)
        {
            Reputations.Record(context, audit.Pinner, ReputationEventKind.PinningAuditPassed, context.Number);
            TreasuryServices.RecordWork(context, audit.Pinner, WorkKind.PinnerAudit);
        }
        else
        {
            Staking.Slash(context, audit.Pinner, context.Parameters.AuditSlash, reason);
            Reputations.Record(context, audit.Pinner, ReputationEventKind.PinningAuditFailed, context.Number);
            if (StorageItems.Shards.TryGet(context.State, audit.Deal, audit.Shard, out var shard))
            {
                StorageItems.Shards.Set(context.State, audit.Deal, audit.Shard, shard with { Pinners = [.. shard.Pinners.Where(pinner => pinner != audit.Pinner)] });
            }
        }

        context.Deposit(new StorageEvents.AuditCompleted(id, audit.Pinner, passed));
    }
}
