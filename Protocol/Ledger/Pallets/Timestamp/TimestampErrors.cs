using Nsn.Protocol.Ledger.Runtime;

namespace Nsn.Protocol.Ledger.Pallets.Timestamp;

/// <summary>Why a block's time is refused.</summary>
public static class TimestampErrors
{
    private static readonly ErrorSet s_set = new(2, TimestampPallet.Name);

    /// <summary>Not later than the block before.</summary>
    public static DispatchError NotAfterParent { get; } = s_set.Next();

    internal static IReadOnlyList<DispatchError> All => s_set.All;
}
