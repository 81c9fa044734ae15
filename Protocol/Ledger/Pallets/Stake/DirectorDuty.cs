namespace Nsn.Protocol.Ledger.Pallets.Stake;

/// <summary>What an account was elected for. It only means something while its stake is that of a director.</summary>
public enum DirectorDuty : byte
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>The next epoch, or one before.</summary>
    Reserve,

    /// <summary>The running epoch.</summary>
    Active,
}
