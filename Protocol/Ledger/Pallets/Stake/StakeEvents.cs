using Nsn.Protocol.Cryptography;
using Nsn.Protocol.Ledger.Runtime;

namespace Nsn.Protocol.Ledger.Pallets.Stake;

/// <summary>What the stake pallet reports.</summary>
public static class StakeEvents
{
    /// <summary>Stake was put to work.</summary>
    public sealed record StakeDeposited(AccountId Who, UInt128 Amount, NodeRole Role) : LedgerEvent;

    /// <summary>Stake left work and is on its way out.</summary>
    public sealed record StakeWithdrawn(AccountId Who, UInt128 Amount, uint ReleaseBlock) : LedgerEvent;

    /// <summary>Stake was lost.</summary>
    public sealed record StakeSlashed(AccountId Offender, UInt128 Amount, SlashReason Reason) : LedgerEvent;

    /// <summary>Balance was delegated.</summary>
    public sealed record Delegated(AccountId Delegator, AccountId Validator, UInt128 Amount) : LedgerEvent;

    /// <summary>A delegation, or part of it, is on its way back.</summary>
    public sealed record DelegationRevoked(AccountId Delegator, AccountId Validator, UInt128 Amount) : LedgerEvent;

    /// <summary>A delegation shrank with the stake that it leaned on, and was given back at once.</summary>
    public sealed record DelegationReduced(AccountId Delegator, AccountId Validator, UInt128 Amount) : LedgerEvent;

    /// <summary>What was on its way out is free.</summary>
    public sealed record UnbondedWithdrawn(AccountId Who, UInt128 Amount) : LedgerEvent;

    /// <summary>A node works on something else.</summary>
    public sealed record NodeModeChanged(AccountId Account, NodeMode NewMode) : LedgerEvent;
}
