using Nsn.Protocol.Cryptography;
using Nsn.Protocol.Ledger.Codecs;

namespace Nsn.Protocol.Ledger.Pallets.Storage;

/// <summary>A shard, as its owner describes it.</summary>
/// <param name="Hash">Hash of its bytes.</param>
/// <param name="MerkleRoot">Root over its leaves of 64 bytes, the last one padded with zeros (<see cref="LedgerMerkle"/>).</param>
/// <param name="LeafCount">How many leaves it has.</param>
public readonly record struct ShardClaim(Hash256 Hash, Hash256 MerkleRoot, uint LeafCount)
{
    /// <summary>The bytes of a claim.</summary>
    public static Codec<ShardClaim> Codec { get; } = Codecs.Codec.Record<ShardClaim>("ShardClaim")
        .With("hash", Codecs.Codec.Hash, static s => s.Hash)
        .With("merkle_root", Codecs.Codec.Hash, static s => s.MerkleRoot)
        .With("leaf_count", Codecs.Codec.U32, static s => s.LeafCount)
        .Build(static (hash, root, leaves) => new(hash, root, leaves));
}
