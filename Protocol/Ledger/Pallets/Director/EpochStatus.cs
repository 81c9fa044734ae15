namespace Nsn.Protocol.Ledger.Pallets.Director;

/// <summary>How far an epoch has come.</summary>
public enum EpochStatus : byte
{
    /// <summary>Elected, not begun.</summary>
    Scheduled,

    /// <summary>Running.</summary>
    Active,

    /// <summary>Too few candidates: it has no directors, and tries again each slot.</summary>
    Degraded,

    /// <summary>Over.</summary>
    Completed,
}
