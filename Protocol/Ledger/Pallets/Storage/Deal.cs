using Nsn.Protocol.Cryptography;
using Nsn.Protocol.Ledger.Codecs;

namespace Nsn.Protocol.Ledger.Pallets.Storage;

/// <summary>An agreement to keep shards for some time.</summary>
/// <param name="Creator">Who pays.</param>
/// <param name="ShardCount">How many shards.</param>
/// <param name="CreatedAt">When it began.</param>
/// <param name="Intervals">For how many intervals.</param>
/// <param name="IntervalsPaid">How many of them are over.</param>
/// <param name="Payment">What the creator gave, all in all.</param>
/// <param name="Paid">What pinners got of it.</param>
/// <param name="Status">How far it has come.</param>
public sealed record Deal(
    AccountId Creator, uint ShardCount, uint CreatedAt, uint Intervals, uint IntervalsPaid, UInt128 Payment, UInt128 Paid, DealStatus Status)
{
    /// <summary>The bytes of a deal.</summary>
    public static Codec<Deal> Codec { get; } = Codecs.Codec.Record<Deal>("PinningDeal")
        .With("creator", Codecs.Codec.Account, static d => d.Creator)
        .With("shard_count", Codecs.Codec.U32, static d => d.ShardCount)
        .With("created_at", Codecs.Codec.U32, static d => d.CreatedAt)
        .With("intervals", Codecs.Codec.U32, static d => d.Intervals)
        .With("intervals_paid", Codecs.Codec.U32, static d => d.IntervalsPaid)
        .With("payment", Codecs.Codec.U128, static d => d.Payment)
        .With("paid", Codecs.Codec.U128, static d => d.Paid)
        .With("status", Codecs.Codec.Enumeration<DealStatus>(), static d => d.Status)
        .Build(static (creator, shards, created, intervals, over, payment, paid, status) => new(creator, shards, created, intervals, over, payment, paid, status));
}
