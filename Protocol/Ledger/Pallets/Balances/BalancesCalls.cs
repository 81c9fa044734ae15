using Nsn.Protocol.Cryptography;
using Nsn.Protocol.Ledger.Runtime;

namespace Nsn.Protocol.Ledger.Pallets.Balances;

/// <summary>What can be asked of the balances pallet.</summary>
public static class BalancesCalls
{
    /// <summary>Pays; may leave the payer with less than the existential deposit, which ends it.</summary>
    public sealed record TransferAllowDeath(AccountId Destination, UInt128 Value) : Call;

    /// <summary>Pays; leaves the payer with at least the existential deposit.</summary>
    public sealed record TransferKeepAlive(AccountId Destination, UInt128 Value) : Call;

    /// <summary>Pays all that may be paid.</summary>
    public sealed record TransferAll(AccountId Destination, bool KeepAlive) : Call;

    /// <summary>Destroys part of the own balance.</summary>
    public sealed record Burn(UInt128 Value, bool KeepAlive) : Call;
}
