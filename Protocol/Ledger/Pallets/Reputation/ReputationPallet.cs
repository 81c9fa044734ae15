using Nsn.Protocol.Ledger.Codecs;
using Nsn.Protocol.Ledger.Runtime;

namespace Nsn.Protocol.Ledger.Pallets.Reputation;

/// <summary>How accounts have behaved. Only the ledger's own rules record events; no key can.</summary>
public static class ReputationPallet
{
    /// <summary>As clients see it.</summary>
    public const string Name = "NsnReputation";

    /// <summary>The pallet.</summary>
    public static Pallet Pallet { get; } = new(51, Name)
    {
        Events =
        [
            EventDefinition.Of(0, Codec.Record<ReputationEvents.ReputationRecorded>("ReputationRecorded")
                .With("account", Codec.Account, static e => e.Account).With("event_type", Codec.Enumeration<ReputationEventKind>(), static e => e.EventType)
                .With("slot", Codec.U64, static e => e.Slot).With("times", Codec.U32, static e => e.Times)
                .Build(static (account, kind, slot, times) => new(account, kind, slot, times))),
            EventDefinition.Of(1, Codec.Record<ReputationEvents.MerkleRootPublished>("MerkleRootPublished")
                .With("block", Codec.U32, static e => e.Block).With("root", Codec.Hash, static e => e.Root).With("event_count", Codec.U32, static e => e.EventCount)
                .Build(static (block, root, count) => new(block, root, count))),
            EventDefinition.Of(2, Codec.Record<ReputationEvents.CheckpointCreated>("CheckpointCreated")
                .With("block", Codec.U32, static e => e.Block).With("score_count", Codec.U32, static e => e.ScoreCount).With("root", Codec.Hash, static e => e.Root)
                .Build(static (block, count, root) => new(block, count, root))),
            EventDefinition.Of(3, Codec.Record<ReputationEvents.CheckpointTruncated>("CheckpointTruncated")
                .With("block", Codec.U32, static e => e.Block).With("total", Codec.U32, static e => e.Total).With("included", Codec.U32, static e => e.Included)
                .Build(static (block, total, included) => new(block, total, included))),
        ],
        Storage = [Reputations.Scores, Reputations.PendingEvents, Reputations.PendingCount, Reputations.MerkleRoots, Reputations.Checkpoints],
        Constants = static p => [PalletConstant.Of("DecayPercent", Codec.U32, p.DecayPercent), PalletConstant.Of("RetentionBlocks", Codec.U32, p.RetentionBlocks)],
        OnClose = Close,
    };

    /// <summary>Publishes the block's root, then a checkpoint when one is due, then forgets the oldest.</summary>
    private static void Close(BlockContext context)
    {
        PublishRoot(context);
        if (context.Number % context.Parameters.CheckpointBlocks == 0)
        {
            Checkpoint(context);
        }

        if (context.Number > context.Parameters.RetentionBlocks)
        {
            var old = context.Number - context.Parameters.RetentionBlocks;
            Reputations.MerkleRoots.Remove(context.State, old);
            Reputations.Checkpoints.Remove(context.State, old);
        }
    }

    private static void PublishRoot(BlockContext context)
    {
        var count = Reputations.PendingCount.Get(context.State);
        if (count == 0)
        {
            return;
        }

        var leaves = new byte[count][];
        for (var i = 0u; i < count; i++)
        {
            leaves[i] = context.State.Get(Reputations.PendingEvents.KeyOf(i))!;
            Reputations.PendingEvents.Remove(context.State, i);
        }

        Reputations.PendingCount.Remove(context.State);
        var root = LedgerMerkle.RootOf(leaves);
        Reputations.MerkleRoots.Set(context.State, context.Number, root);
        context.Deposit(new ReputationEvents.MerkleRootPublished(context.Number, root, count));
    }

    private static void Checkpoint(BlockContext context)
    {
        // In the order of the accounts, so that anybody who has the scores gets the same root.
        var all = Reputations.Scores.Entries(context.State).OrderBy(static entry => entry.Key).ToArray();
        var included = Math.Min(all.Length, context.Parameters.CheckpointAccountsMax);
        var leafCodec = Codec.Pair(Codec.Account, ReputationScore.Codec);
        var root = LedgerMerkle.RootOf([.. all.Take(included).Select(entry => leafCodec.Encode((entry.Key, entry.Value)))]);
        Reputations.Checkpoints.Set(context.State, context.Number, new ReputationCheckpoint(context.Number, (uint)included, root));
        context.Deposit(new ReputationEvents.CheckpointCreated(context.Number, (uint)included, root));
        if (included < all.Length)
        {
            context.Deposit(new ReputationEvents.CheckpointTruncated(context.Number, (uint)all.Length, (uint)included));
        }
    }
}
