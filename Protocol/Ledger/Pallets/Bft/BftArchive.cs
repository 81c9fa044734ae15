using Nsn.Protocol.Cryptography;
using Nsn.Protocol.Ledger.Codecs;
using Nsn.Protocol.Ledger.Runtime;
using Nsn.Protocol.Ledger.State;

namespace Nsn.Protocol.Ledger.Pallets.Bft;

/// <summary>How slots ended. Filled by the director pallet alone, once for each slot, and forgotten slot by slot.</summary>
public static class BftArchive
{
    /// <summary>As clients see it.</summary>
    public const string Name = "NsnBft";

    /// <summary>The canonical embedding's hash of each slot.</summary>
    public static StorageMap<ulong, Hash256> EmbeddingsHashes { get; } = new(Name, "EmbeddingsHashes", StorageHasher.Twox64Concat, Codec.U64, Codec.Hash);

    /// <summary>How each slot ended.</summary>
    public static StorageMap<ulong, ConsensusRound> ConsensusRounds { get; } =
        new(Name, "ConsensusRounds", StorageHasher.Twox64Concat, Codec.U64, ConsensusRound.Codec);

    /// <summary>Over all rounds.</summary>
    public static StorageValue<ConsensusStats> Stats { get; } = new(Name, "Stats", ConsensusStats.Codec, default);

    /// <summary>The pallet.</summary>
    public static Pallet Pallet { get; } = new(53, Name)
    {
        Events =
        [
            EventDefinition.Of(0, Codec.Record<BftEvents.ConsensusStored>("ConsensusStored")
                .With("slot", Codec.U64, static e => e.Slot).With("embeddings_hash", Codec.Hash, static e => e.EmbeddingsHash).With("success", Codec.Bool, static e => e.Success)
                .Build(static (slot, hash, success) => new(slot, hash, success))),
        ],
        Storage = [EmbeddingsHashes, ConsensusRounds, Stats],
    };

    /// <summary>The rounds from one slot to another, both included; slots without one are left out. At most 1,000.</summary>
    public static IReadOnlyList<ConsensusRound> Range(IStateReader state, ulong first, ulong last)
    {
        var rounds = new List<ConsensusRound>();
        for (var slot = first; slot <= last && rounds.Count < 1000; slot++)
        {
            if (ConsensusRounds.TryGet(state, slot, out var round))
            {
                rounds.Add(round);
            }
        }

        return rounds;
    }

    internal static void Succeeded(BlockContext context, ulong slot, Hash256 embeddingsHash, IReadOnlyList<AccountId> directors) =>
        Store(context, new ConsensusRound(slot, embeddingsHash, directors, context.Number, true));

    internal static void Failed(BlockContext context, ulong slot) => Store(context, new ConsensusRound(slot, default, [], context.Number, false));

    internal static void Forget(BlockContext context, ulong slot)
    {
        EmbeddingsHashes.Remove(context.State, slot);
        ConsensusRounds.Remove(context.State, slot);
    }

    private static void Store(BlockContext context, ConsensusRound round)
    {
        if (ConsensusRounds.Contains(context.State, round.Slot))
        {
            throw new InvalidOperationException($"Slot {round.Slot} ended twice.");
        }

        ConsensusRounds.Set(context.State, round.Slot, round);
        EmbeddingsHashes.Set(context.State, round.Slot, round.EmbeddingsHash);
        var stats = Stats.Get(context.State);
        Stats.Set(context.State, round.Success
            ? stats with { Total = stats.Total + 1, Successful = stats.Successful + 1, DirectorSum = stats.DirectorSum + (ulong)round.Directors.Count }
            : stats with { Total = stats.Total + 1, Failed = stats.Failed + 1 });
        context.Deposit(new BftEvents.ConsensusStored(round.Slot, round.EmbeddingsHash, round.Success));
    }
}
