using Nsn.Protocol.Cryptography;
using Nsn.Protocol.Ledger.Codecs;

namespace Nsn.Protocol.Ledger.Pallets.Storage;

/// <summary>A shard of a deal and who keeps it.</summary>
/// <param name="Claim">What it is.</param>
/// <param name="Pinners">Who keeps it; those that failed an audit are no longer among them.</param>
public sealed record Shard(ShardClaim Claim, IReadOnlyList<AccountId> Pinners)
{
    /// <summary>The bytes of a shard.</summary>
    public static Codec<Shard> Codec { get; } = Codecs.Codec.Record<Shard>("Shard")
        .With("claim", ShardClaim.Codec, static s => s.Claim)
        .With("pinners", Codecs.Codec.Vector(Codecs.Codec.Account, 16), static s => s.Pinners)
        .Build(static (claim, pinners) => new(claim, pinners));
}
