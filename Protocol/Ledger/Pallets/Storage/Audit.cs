using Nsn.Protocol.Cryptography;
using Nsn.Protocol.Ledger.Codecs;

namespace Nsn.Protocol.Ledger.Pallets.Storage;

/// <summary>A question to a pinner: show this leaf.</summary>
/// <param name="Deal">Of which deal.</param>
/// <param name="Shard">Of which of its shards.</param>
/// <param name="Pinner">Who is asked.</param>
/// <param name="LeafIndex">Which 64 bytes of the shard; drawn over its whole length.</param>
/// <param name="Deadline">The last block in which to answer.</param>
public sealed record Audit(ulong Deal, uint Shard, AccountId Pinner, uint LeafIndex, uint Deadline)
{
    /// <summary>The bytes of an audit.</summary>
    public static Codec<Audit> Codec { get; } = Codecs.Codec.Record<Audit>("Audit")
        .With("deal", Codecs.Codec.U64, static a => a.Deal)
        .With("shard", Codecs.Codec.U32, static a => a.Shard)
        .With("pinner", Codecs.Codec.Account, static a => a.Pinner)
        .With("leaf_index", Codecs.Codec.U32, static a => a.LeafIndex)
        .With("deadline", Codecs.Codec.U32, static a => a.Deadline)
        .Build(static (deal, shard, pinner, leaf, deadline) => new(deal, shard, pinner, leaf, deadline));
}
