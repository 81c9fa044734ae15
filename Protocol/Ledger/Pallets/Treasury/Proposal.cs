using Nsn.Protocol.Cryptography;
using Nsn.Protocol.Ledger.Codecs;

namespace Nsn.Protocol.Ledger.Pallets.Treasury;

/// <summary>A payment by the treasury that is being voted on.</summary>
/// <param name="Proposer">Who proposed it.</param>
/// <param name="Beneficiary">Who gets it.</param>
/// <param name="Amount">How much.</param>
/// <param name="StakeFor">Stake of those in favour.</param>
/// <param name="StakeAgainst">Stake of those against.</param>
/// <param name="Deadline">The last block in which to vote.</param>
public sealed record Proposal(AccountId Proposer, AccountId Beneficiary, UInt128 Amount, UInt128 StakeFor, UInt128 StakeAgainst, uint Deadline)
{
    /// <summary>The bytes of a proposal.</summary>
    public static Codec<Proposal> Codec { get; } = Codecs.Codec.Record<Proposal>("Proposal")
        .With("proposer", Codecs.Codec.Account, static p => p.Proposer)
        .With("beneficiary", Codecs.Codec.Account, static p => p.Beneficiary)
        .With("amount", Codecs.Codec.U128, static p => p.Amount)
        .With("stake_for", Codecs.Codec.U128, static p => p.StakeFor)
        .With("stake_against", Codecs.Codec.U128, static p => p.StakeAgainst)
        .With("deadline", Codecs.Codec.U32, static p => p.Deadline)
        .Build(static (proposer, beneficiary, amount, yes, no, deadline) => new(proposer, beneficiary, amount, yes, no, deadline));
}
