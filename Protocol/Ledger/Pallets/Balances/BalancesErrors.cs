using Nsn.Protocol.Ledger.Runtime;

namespace Nsn.Protocol.Ledger.Pallets.Balances;

/// <summary>Why the balances pallet refuses; more general refusals are token errors.</summary>
public static class BalancesErrors
{
    private static readonly ErrorSet s_set = new(10, BalancesPallet.Name);

    /// <summary>Less is held for this reason.</summary>
    public static DispatchError HoldTooSmall { get; } = s_set.Next();

    /// <summary>A transfer of nothing.</summary>
    public static DispatchError ZeroAmount { get; } = s_set.Next();

    internal static IReadOnlyList<DispatchError> All => s_set.All;
}
