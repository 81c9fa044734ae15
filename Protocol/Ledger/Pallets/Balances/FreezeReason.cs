namespace Nsn.Protocol.Ledger.Pallets.Balances;

/// <summary>Why part of the free balance may not be spent. Freezes overlap: the largest counts.</summary>
public enum FreezeReason : byte
{
    /// <summary>Proposed a payment by the treasury that is still being voted on.</summary>
    Proposing,

    /// <summary>Allocated at genesis, not vested yet.</summary>
    Vesting,
}
