using Nsn.Protocol.Cryptography;
using Nsn.Protocol.Ledger.Runtime;

namespace Nsn.Protocol.Ledger.Pallets.Balances;

/// <summary>What the balances pallet reports.</summary>
public static class BalancesEvents
{
    /// <summary>An account came into being with this balance.</summary>
    public sealed record Endowed(AccountId Account, UInt128 FreeBalance) : LedgerEvent;

    /// <summary>An account ended; what was left was burned.</summary>
    public sealed record DustLost(AccountId Account, UInt128 Amount) : LedgerEvent;

    /// <summary>A payment.</summary>
    public sealed record Transfer(AccountId From, AccountId To, UInt128 Amount) : LedgerEvent;

    /// <summary>New tokens.</summary>
    public sealed record Minted(AccountId Who, UInt128 Amount) : LedgerEvent;

    /// <summary>Tokens that are no more.</summary>
    public sealed record Burned(AccountId Who, UInt128 Amount) : LedgerEvent;

    /// <summary>Free balance is now held.</summary>
    public sealed record Held(HoldReason Reason, AccountId Who, UInt128 Amount) : LedgerEvent;

    /// <summary>Held balance is now free.</summary>
    public sealed record Released(HoldReason Reason, AccountId Who, UInt128 Amount) : LedgerEvent;

    /// <summary>Held balance was burned.</summary>
    public sealed record BurnedHeld(HoldReason Reason, AccountId Who, UInt128 Amount) : LedgerEvent;

    /// <summary>Held balance was paid to another account.</summary>
    public sealed record TransferredHeld(HoldReason Reason, AccountId From, AccountId To, UInt128 Amount) : LedgerEvent;
}
