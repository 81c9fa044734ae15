using Nsn.Protocol.Ledger.Runtime;

namespace Nsn.Protocol.Ledger.Pallets.Treasury;

/// <summary>Why the treasury pallet refuses.</summary>
public static class TreasuryErrors
{
    private static readonly ErrorSet s_set = new(55, TreasuryPallet.Name);

    /// <summary>The treasury has less.</summary>
    public static DispatchError InsufficientTreasuryFunds { get; } = s_set.Next();

    /// <summary>Nothing to claim for that account and day.</summary>
    public static DispatchError NothingToClaim { get; } = s_set.Next();

    /// <summary>No such proposal is being voted on.</summary>
    public static DispatchError ProposalNotFound { get; } = s_set.Next();

    /// <summary>Voting and proposing need a validator's stake.</summary>
    public static DispatchError NotValidator { get; } = s_set.Next();

    /// <summary>Voted already.</summary>
    public static DispatchError AlreadyVoted { get; } = s_set.Next();

    /// <summary>The account has a proposal that is being voted on.</summary>
    public static DispatchError ProposalPending { get; } = s_set.Next();

    /// <summary>A payment of nothing.</summary>
    public static DispatchError ZeroAmount { get; } = s_set.Next();

    internal static IReadOnlyList<DispatchError> All => s_set.All;
}
