using Nsn.Protocol.Cryptography;
using Nsn.Protocol.Ledger.Codecs;

namespace Nsn.Protocol.Ledger.Pallets.Reputation;

/// <summary>All reputations at a block, as a root over (account, score) in the order of the accounts.</summary>
/// <param name="Block">When.</param>
/// <param name="ScoreCount">How many are in it.</param>
/// <param name="MerkleRoot">The root.</param>
public readonly record struct ReputationCheckpoint(uint Block, uint ScoreCount, Hash256 MerkleRoot)
{
    /// <summary>The bytes of a checkpoint.</summary>
    public static Codec<ReputationCheckpoint> Codec { get; } = Codecs.Codec.Record<ReputationCheckpoint>("CheckpointData")
        .With("block", Codecs.Codec.U32, static c => c.Block)
        .With("score_count", Codecs.Codec.U32, static c => c.ScoreCount)
        .With("merkle_root", Codecs.Codec.Hash, static c => c.MerkleRoot)
        .Build(static (block, count, root) => new(block, count, root));
}
