using Nsn.Protocol.Cryptography;
using Nsn.Protocol.Ledger.Codecs;

namespace Nsn.Protocol.Ledger.Pallets.Bft;

/// <summary>How a slot ended.</summary>
/// <param name="Slot">The slot.</param>
/// <param name="EmbeddingsHash">The canonical embedding's hash; zero when there was no consensus.</param>
/// <param name="Directors">Who agreed; nobody when there was no consensus.</param>
/// <param name="StoredAt">In which block it ended.</param>
/// <param name="Success">Whether there was consensus, and it stood.</param>
public sealed record ConsensusRound(ulong Slot, Hash256 EmbeddingsHash, IReadOnlyList<AccountId> Directors, uint StoredAt, bool Success)
{
    /// <summary>The bytes of a round.</summary>
    public static Codec<ConsensusRound> Codec { get; } = Codecs.Codec.Record<ConsensusRound>("ConsensusRound")
        .With("slot", Codecs.Codec.U64, static r => r.Slot)
        .With("embeddings_hash", Codecs.Codec.Hash, static r => r.EmbeddingsHash)
        .With("directors", Codecs.Codec.Vector(Codecs.Codec.Account, 64), static r => r.Directors)
        .With("stored_at", Codecs.Codec.U32, static r => r.StoredAt)
        .With("success", Codecs.Codec.Bool, static r => r.Success)
        .Build(static (slot, hash, directors, at, success) => new(slot, hash, directors, at, success));
}
