namespace Nsn.Grains.Slots;

/// <summary>What the ledger said to a certificate.</summary>
/// <param name="Block">The block that holds the slot's certificate, or null when it was refused.</param>
/// <param name="Error">Why it was refused.</param>
[GenerateSerializer, Immutable, Alias("nsn.slot-submission")]
public sealed record SlotSubmission(
    [property: Id(0)] ulong? Block,
    [property: Id(1)] string? Error);
