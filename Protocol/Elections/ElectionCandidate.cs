using Nsn.Protocol.Cryptography;
using Nsn.Protocol.Ledger.Codecs;

namespace Nsn.Protocol.Elections;

/// <summary>Someone who may be elected: what the election looks at, nothing else.</summary>
/// <param name="Account">Who.</param>
/// <param name="Region">Where.</param>
/// <param name="Backing">Own stake and what others delegated to it, base units.</param>
/// <param name="Reputation">The total score, decay applied.</param>
/// <param name="Rests">Whether it directed too recently to be elected while others can be.</param>
public readonly record struct ElectionCandidate(AccountId Account, Region Region, UInt128 Backing, ulong Reputation, bool Rests)
{
    /// <summary>The bytes of a candidate, in the candidate set's hash.</summary>
    public static Codec<ElectionCandidate> Codec { get; } = Ledger.Codecs.Codec.Record<ElectionCandidate>("ElectionCandidate")
        .With("account", Ledger.Codecs.Codec.Account, static c => c.Account)
        .With("region", Ledger.Codecs.Codec.Enumeration<Region>(), static c => c.Region)
        .With("backing", Ledger.Codecs.Codec.U128, static c => c.Backing)
        .With("reputation", Ledger.Codecs.Codec.U64, static c => c.Reputation)
        .With("rests", Ledger.Codecs.Codec.Bool, static c => c.Rests)
        .Build(static (account, region, backing, reputation, rests) => new(account, region, backing, reputation, rests));
}
