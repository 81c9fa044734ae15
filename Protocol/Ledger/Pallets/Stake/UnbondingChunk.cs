using Nsn.Protocol.Ledger.Codecs;
using Nsn.Protocol.Ledger.Pallets.Balances;

namespace Nsn.Protocol.Ledger.Pallets.Stake;

/// <summary>Stake on its way out: no longer at work, but still within reach of a slash.</summary>
/// <param name="Reason">Own stake or a delegation.</param>
/// <param name="Amount">How much.</param>
/// <param name="ReleaseBlock">From which block it can be taken.</param>
public readonly record struct UnbondingChunk(HoldReason Reason, UInt128 Amount, uint ReleaseBlock)
{
    /// <summary>The bytes of a chunk.</summary>
    public static Codec<UnbondingChunk> Codec { get; } = Codecs.Codec.Record<UnbondingChunk>("UnbondingChunk")
        .With("reason", Codecs.Codec.Enumeration<HoldReason>(), static c => c.Reason)
        .With("amount", Codecs.Codec.U128, static c => c.Amount)
        .With("release_block", Codecs.Codec.U32, static c => c.ReleaseBlock)
        .Build(static (reason, amount, release) => new(reason, amount, release));
}
