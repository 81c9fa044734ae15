namespace Nsn.Protocol.Ledger.Pallets.Balances;

/// <summary>Why part of a balance is held. Each coin is held for one reason, so no coin can back two promises.</summary>
public enum HoldReason : byte
{
    /// <summary>Own stake, and stake on its way out.</summary>
    Staking,

    /// <summary>Delegated to another account's stake, or on its way back.</summary>
    Delegating,

    /// <summary>Bond of a challenge to a result.</summary>
    ChallengeBond,

    /// <summary>What is left of the payment for a pinning deal.</summary>
    DealPayment,

    /// <summary>Pay for a task that is not finished.</summary>
    TaskEscrow,

    /// <summary>Deposit for a registered model or renderer.</summary>
    RegistryDeposit,
}
