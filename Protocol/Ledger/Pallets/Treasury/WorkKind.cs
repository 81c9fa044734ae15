namespace Nsn.Protocol.Ledger.Pallets.Treasury;

/// <summary>Work that the emission pays for.</summary>
public enum WorkKind : byte
{
    /// <summary>A final result signed.</summary>
    DirectorSlot,

    /// <summary>A vote or attestation that agreed with the outcome.</summary>
    ValidatorVote,

    /// <summary>An audit answered.</summary>
    PinnerAudit,
}
