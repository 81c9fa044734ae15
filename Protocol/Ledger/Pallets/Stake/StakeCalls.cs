using Nsn.Protocol.Cryptography;
using Nsn.Protocol.Elections;
using Nsn.Protocol.Ledger.Runtime;

namespace Nsn.Protocol.Ledger.Pallets.Stake;

/// <summary>What can be asked of the stake pallet.</summary>
public static class StakeCalls
{
    /// <summary>Puts balance to work as stake.</summary>
    /// <param name="Amount">How much more, base units.</param>
    /// <param name="LockBlocks">For how long at least; less than the network's minimum means the minimum.</param>
    /// <param name="Region">Where the node is.</param>
    public sealed record DepositStake(UInt128 Amount, uint LockBlocks, Region Region) : Call;

    /// <summary>Delegates balance to another account's stake.</summary>
    public sealed record Delegate(AccountId Validator, UInt128 Amount) : Call;

    /// <summary>Takes stake from work; it can be taken out after the unbonding time.</summary>
    public sealed record WithdrawStake(UInt128 Amount) : Call;

    /// <summary>Takes back part of a delegation, or all of it when no amount is given.</summary>
    public sealed record RevokeDelegation(AccountId Validator, UInt128? Amount) : Call;

    /// <summary>Takes out what has been on its way out for long enough.</summary>
    public sealed record WithdrawUnbonded : Call;
}
