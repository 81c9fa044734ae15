namespace Nsn.Grains.Slots;

/// <summary>How far a slot is.</summary>
[GenerateSerializer, Alias("nsn.slot-phase")]
public enum SlotPhase
{
    /// <summary>Nothing is fixed yet.</summary>
    Planned,

    /// <summary>A proposer makes the clip.</summary>
    Generating,

    /// <summary>The directors fetch and check the published clip.</summary>
    Committing,

    /// <summary>They open their commitments.</summary>
    Revealing,

    /// <summary>They vote.</summary>
    Voting,

    /// <summary>The certificate is on its way into the ledger.</summary>
    Submitting,

    /// <summary>The ledger holds the certificate.</summary>
    Certified,

    /// <summary>There will be no certificate; the reason is recorded.</summary>
    Failed,
}
