using Nsn.Protocol.Ledger.Runtime;

namespace Nsn.Protocol.Ledger.Pallets.Stake;

/// <summary>Why the stake pallet refuses.</summary>
public static class StakeErrors
{
    private static readonly ErrorSet s_set = new(50, StakePallet.Name);

    /// <summary>More than one account may stake.</summary>
    public static DispatchError PerNodeCapExceeded { get; } = s_set.Next();

    /// <summary>The region would have too large a share of all stake.</summary>
    public static DispatchError RegionCapExceeded { get; } = s_set.Next();

    /// <summary>More than so many times the account's own stake would be delegated to it.</summary>
    public static DispatchError DelegationCapExceeded { get; } = s_set.Next();

    /// <summary>Not before a later block.</summary>
    public static DispatchError StakeLocked { get; } = s_set.Next();

    /// <summary>Less is staked.</summary>
    public static DispatchError InsufficientStake { get; } = s_set.Next();

    /// <summary>Nobody with stake has this account.</summary>
    public static DispatchError ValidatorNotFound { get; } = s_set.Next();

    /// <summary>Not so much was delegated there.</summary>
    public static DispatchError DelegationNotFound { get; } = s_set.Next();

    /// <summary>A block number or sum is too large.</summary>
    public static DispatchError Overflow { get; } = s_set.Next();

    /// <summary>Nothing is nothing to stake.</summary>
    public static DispatchError ZeroAmount { get; } = s_set.Next();

    /// <summary>The stake is in another region; take it out first.</summary>
    public static DispatchError RegionFixed { get; } = s_set.Next();

    /// <summary>The account directs the running or the next epoch.</summary>
    public static DispatchError InService { get; } = s_set.Next();

    /// <summary>The account delegated to as many others as it may.</summary>
    public static DispatchError TooManyDelegations { get; } = s_set.Next();

    /// <summary>As many as may delegated to this account.</summary>
    public static DispatchError TooManyDelegators { get; } = s_set.Next();

    /// <summary>Own stake is not delegated.</summary>
    public static DispatchError SelfDelegation { get; } = s_set.Next();

    /// <summary>Too many withdrawals are on their way out; take out what is free.</summary>
    public static DispatchError TooManyUnbonding { get; } = s_set.Next();

    /// <summary>Nothing can be taken out yet.</summary>
    public static DispatchError NothingUnbonded { get; } = s_set.Next();

    internal static IReadOnlyList<DispatchError> All => s_set.All;
}
