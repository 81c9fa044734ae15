using Nsn.Protocol.Cryptography;
using Nsn.Protocol.Ledger.Codecs;
using Nsn.Protocol.Ledger.Pallets.Agenda;
using Nsn.Protocol.Ledger.Pallets.Balances;
using Nsn.Protocol.Ledger.Pallets.Reputation;
using Nsn.Protocol.Ledger.Pallets.Stake;
using Nsn.Protocol.Ledger.Runtime;
using Nsn.Protocol.Scale;

namespace Nsn.Protocol.Ledger.Pallets.Storage;

/// <summary>Deals: made, paid interval by interval out of what the creator had held, and closed with the rest given back.</summary>
internal static class Deals
{
    public const byte IntervalEnds = 0;
    public const byte AuditDue = 1;
    private const uint AcknowledgedChunksMax = 10;

    public static DispatchResult Create(BlockContext context, AccountId who, StorageCalls.CreateDeal call)
    {
        var parameters = context.Parameters;
        var intervals = call.DurationBlocks / parameters.DealIntervalBlocks;
        if (call.Shards.Count < parameters.DealShardsMin)
        {
            return StorageErrors.InsufficientShards;
        }

        if (call.Shards.Count > parameters.DealShardsMax)
        {
            return StorageErrors.TooManyShards;
        }

        if (call.Shards.Any(static shard => shard.LeafCount is 0 or > 1 << 26))
        {
            return StorageErrors.InvalidShardSize;
        }

        if (intervals == 0 || call.DurationBlocks > uint.MaxValue / 2)
        {
            return StorageErrors.InvalidDuration;
        }

        if (call.Payment / intervals / (uint)(call.Shards.Count * parameters.PinnersPerShard) == 0)
        {
            return StorageErrors.PaymentTooSmall;
        }

        var nodes = Staking.AtLeast(context.State, NodeRole.SuperNode, parameters.PinnerCandidatesMax)
            .Select(account => (account, Staking.Of(context.State, account).Region)).ToArray();
        if (nodes.Length < parameters.PinnersPerShard)
        {
            return StorageErrors.InsufficientSuperNodes;
        }

        if (Tokens.Hold(context, HoldReason.DealPayment, who, call.Payment) is { IsError: true } refusal)
        {
            return refusal;
        }

        var id = StorageItems.NextDeal.Get(context.State);
        StorageItems.NextDeal.Set(context.State, id + 1);
        StorageItems.Deals.Set(context.State, id, new Deal(who, (uint)call.Shards.Count, context.Number, intervals, 0, call.Payment, 0, DealStatus.Active));
        context.Deposit(new StorageEvents.DealCreated(id, who, (uint)call.Shards.Count, call.Payment));
        var assignments = PinnerAssignment.Assign(Seed(context, id, 0), nodes, call.Shards.Count, parameters.PinnersPerShard, parameters.PinnersPerRegionMax);
        for (var i = 0u; i < call.Shards.Count; i++)
        {
            StorageItems.Shards.Set(context.State, id, i, new Shard(call.Shards[(int)i], assignments[(int)i]));
            context.Deposit(new StorageEvents.ShardAssigned(id, i, assignments[(int)i]));
        }

        AgendaPallet.Schedule(context, context.Number + parameters.DealIntervalBlocks, StoragePallet.Index, IntervalEnds, Codec.U64.Encode(id));
        return DispatchResult.Ok;
    }

    public static DispatchResult Cancel(BlockContext context, AccountId who, StorageCalls.CancelDeal call)
    {
        if (!StorageItems.Deals.TryGet(context.State, call.Deal, out var deal))
        {
            return StorageErrors.DealNotFound;
        }

        if (deal.Creator != who)
        {
            return StorageErrors.NotCreator;
        }

        if (deal.Status != DealStatus.Active)
        {
            return StorageErrors.DealNotActive;
        }

        StorageItems.Deals.Set(context.State, call.Deal, deal with { Status = DealStatus.Cancelled });
        return DispatchResult.Ok;
    }

    public static DispatchResult Acknowledge(BlockContext context, AccountId who, StorageCalls.AcknowledgeService call)
    {
        if (!StorageItems.Deals.TryGet(context.State, call.Deal, out var deal))
        {
            return StorageErrors.DealNotFound;
        }

        if (deal.Creator != who)
        {
            return StorageErrors.NotCreator;
        }

        if (!StorageItems.Shards.TryGet(context.State, call.Deal, call.Shard, out var shard) || !shard.Pinners.Contains(call.Pinner) || call.Pinner == who)
        {
            return StorageErrors.NotPinner;
        }

        if (StorageItems.Acknowledged.TryGet(context.State, call.Deal, call.Shard, out var last) && last == deal.IntervalsPaid + 1)
        {
            return StorageErrors.AlreadyAcknowledged;
        }

        StorageItems.Acknowledged.Set(context.State, call.Deal, call.Shard, deal.IntervalsPaid + 1);
        Reputations.Record(context, call.Pinner, ReputationEventKind.SeederChunkServed, context.Number, Math.Min(call.Chunks, AcknowledgedChunksMax));
        return DispatchResult.Ok;
    }

    /// <summary>Pays the interval that ends, then either draws audits for the next one or closes the deal.</summary>
    public static void EndInterval(BlockContext context, ulong id)
    {
        var deal = StorageItems.Deals.Get(context.State, id);
        var shards = StorageItems.Shards.Entries(context.State, id).OrderBy(static entry => entry.Key).ToArray();
        var share = deal.Payment / deal.Intervals / (deal.ShardCount * (uint)context.Parameters.PinnersPerShard);
        var paid = UInt128.Zero;
        foreach (var group in shards.SelectMany(static entry => entry.Value.Pinners).GroupBy(static pinner => pinner).OrderBy(static group => group.Key))
        {
            // Only who still answers with stake is paid; who failed an audit is no longer in the list.
            var amount = share * (uint)group.Count();
            if (Staking.Of(context.State, group.Key).Amount >= context.Parameters.SuperNodeStake
                && !Tokens.TransferHeld(context, HoldReason.DealPayment, deal.Creator, group.Key, amount).IsError)
            {
                paid += amount;
            }
        }

        deal = deal with { Paid = deal.Paid + paid, IntervalsPaid = deal.IntervalsPaid + 1 };
        StorageItems.Deals.Set(context.State, id, deal);
        context.Deposit(new StorageEvents.RewardsDistributed(id, deal.IntervalsPaid, paid));
        if (deal.IntervalsPaid == deal.Intervals || deal.Status == DealStatus.Cancelled)
        {
            Close(context, id, deal);
            return;
        }

        Audits.Draw(context, id, deal, shards);
        AgendaPallet.Schedule(context, context.Number + context.Parameters.DealIntervalBlocks, StoragePallet.Index, IntervalEnds, Codec.U64.Encode(id));
    }

    /// <summary>A seed that depends on the block before, a deal, and which of its draws this is.</summary>
    internal static Hash256 Seed(BlockContext context, ulong deal, uint draw)
    {
        var writer = new ScaleWriter();
        writer.WriteFixed("nsn/storage/draw"u8);
        writer.WriteFixed(context.ParentHash.AsSpan());
        writer.WriteU64(deal);
        writer.WriteU32(draw);
        return Blake2b.Hash256(writer.WrittenSpan);
    }

    private static void Close(BlockContext context, ulong id, Deal deal)
    {
        var refund = deal.Payment - deal.Paid;
        if (refund > 0 && Tokens.Release(context, HoldReason.DealPayment, deal.Creator, refund) is { IsError: true } refusal)
        {
            throw new InvalidOperationException($"The rest of a payment is not held: {refusal}.");
        }

        for (var i = 0u; i < deal.ShardCount; i++)
        {
            StorageItems.Shards.Remove(context.State, id, i);
            StorageItems.Acknowledged.Remove(context.State, id, i);
        }

        StorageItems.Deals.Remove(context.State, id);
        context.Deposit(new StorageEvents.DealExpired(id, refund));
    }
}
