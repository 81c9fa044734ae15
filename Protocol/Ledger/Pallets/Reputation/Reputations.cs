using Nsn.Protocol.Cryptography;
using Nsn.Protocol.Ledger.Codecs;
using Nsn.Protocol.Ledger.Runtime;
using Nsn.Protocol.Ledger.State;

namespace Nsn.Protocol.Ledger.Pallets.Reputation;

/// <summary>Reading and changing reputations.</summary>
public static class Reputations
{
    private const string Pallet = ReputationPallet.Name;

    /// <summary>Scores as of their last change: read them through <see cref="At"/>.</summary>
    public static StorageMap<AccountId, ReputationScore> Scores { get; } =
        new(Pallet, "ReputationScores", StorageHasher.Blake2Concat128, Codec.Account, ReputationScore.Codec, default);

    /// <summary>The events of the block that runs; empty between blocks.</summary>
    public static StorageMap<uint, ReputationEvent> PendingEvents { get; } =
        new(Pallet, "PendingEvents", StorageHasher.Twox64Concat, Codec.U32, ReputationEvent.Codec);

    /// <summary>How many of them there are.</summary>
    public static StorageValue<uint> PendingCount { get; } = new(Pallet, "PendingCount", Codec.U32, 0U);

    /// <summary>Roots over the events of each block that had some.</summary>
    public static StorageMap<uint, Hash256> MerkleRoots { get; } = new(Pallet, "MerkleRoots", StorageHasher.Twox64Concat, Codec.U32, Codec.Hash);

    /// <summary>Roots over all scores.</summary>
    public static StorageMap<uint, ReputationCheckpoint> Checkpoints { get; } =
        new(Pallet, "Checkpoints", StorageHasher.Twox64Concat, Codec.U32, ReputationCheckpoint.Codec);

    /// <summary>The score of an account at a block, decay taken off. Writes nothing.</summary>
    public static ReputationScore At(IStateReader state, LedgerParameters parameters, in AccountId account, uint block) =>
        Scores.Get(state, account).SettledAt(block, parameters);

    /// <summary>Records something that happened. Always succeeds.</summary>
    /// <param name="context">The block.</param>
    /// <param name="account">Whose reputation.</param>
    /// <param name="kind">What happened.</param>
    /// <param name="slot">The slot, or the block where there is none.</param>
    /// <param name="times">How often.</param>
    public static void Record(BlockContext context, in AccountId account, ReputationEventKind kind, ulong slot, uint times = 1)
    {
        Scores.Set(context.State, account, At(context.State, context.Parameters, account, context.Number).After(kind, times, context.Number));
        var count = PendingCount.Get(context.State);
        PendingEvents.Set(context.State, count, new ReputationEvent(account, kind, slot, context.Number, times));
        PendingCount.Set(context.State, count + 1);
        context.Deposit(new ReputationEvents.ReputationRecorded(account, kind, slot, times));
    }
}
