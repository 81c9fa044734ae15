using Nsn.Protocol.Cryptography;
using Nsn.Protocol.Ledger.Runtime;

namespace Nsn.Protocol.Ledger.Pallets.Treasury;

/// <summary>What the treasury pallet reports.</summary>
public static class TreasuryEvents
{
    /// <summary>Somebody gave to the treasury.</summary>
    public sealed record TreasuryFunded(AccountId Funder, UInt128 Amount) : LedgerEvent;

    /// <summary>A day ended: its work can be claimed.</summary>
    public sealed record DayClosed(uint Day, UInt128 Emission, UInt128 ToTreasury) : LedgerEvent;

    /// <summary>A day's work was paid, to the account and those who delegated to it.</summary>
    public sealed record RewardPaid(uint Day, AccountId Account, UInt128 Amount) : LedgerEvent;

    /// <summary>A payment was proposed.</summary>
    public sealed record Proposed(uint Id, AccountId Proposer, AccountId Beneficiary, UInt128 Amount) : LedgerEvent;

    /// <summary>A payment was made.</summary>
    public sealed record ProposalApproved(uint Id, AccountId Beneficiary, UInt128 Amount) : LedgerEvent;

    /// <summary>A payment was not made.</summary>
    public sealed record ProposalRejected(uint Id) : LedgerEvent;
}
