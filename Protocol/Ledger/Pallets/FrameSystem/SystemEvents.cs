using Nsn.Protocol.Cryptography;
using Nsn.Protocol.Ledger.Runtime;

namespace Nsn.Protocol.Ledger.Pallets.FrameSystem;

/// <summary>What the system pallet reports.</summary>
public static class SystemEvents
{
    /// <summary>A call took effect.</summary>
    public sealed record ExtrinsicSuccess(ulong Weight, bool PaysFee) : LedgerEvent;

    /// <summary>A call had no effect; its fee was paid.</summary>
    public sealed record ExtrinsicFailed(DispatchError Error, ulong Weight) : LedgerEvent;

    /// <summary>An account came into being.</summary>
    public sealed record NewAccount(AccountId Account) : LedgerEvent;

    /// <summary>An account fell below the existential deposit.</summary>
    public sealed record KilledAccount(AccountId Account) : LedgerEvent;
}
