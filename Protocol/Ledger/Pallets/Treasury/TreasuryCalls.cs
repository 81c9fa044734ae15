using Nsn.Protocol.Cryptography;
using Nsn.Protocol.Ledger.Runtime;

namespace Nsn.Protocol.Ledger.Pallets.Treasury;

/// <summary>What can be asked of the treasury pallet.</summary>
public static class TreasuryCalls
{
    /// <summary>Gives to the treasury.</summary>
    public sealed record FundTreasury(UInt128 Amount) : Call;

    /// <summary>Has an account's work of a day paid. Anybody may ask for anybody.</summary>
    public sealed record ClaimRewards(uint Day, AccountId Account) : Call;

    /// <summary>Proposes a payment. Part of the proposer's balance is frozen until it is decided.</summary>
    public sealed record Propose(AccountId Beneficiary, UInt128 Amount) : Call;

    /// <summary>Votes on a payment with the own stake.</summary>
    public sealed record Vote(uint Proposal, bool Approve) : Call;
}
