namespace Nsn.Grains.Directors;

/// <summary>A director's part in a beacon value.</summary>
/// <param name="Secret">32 random bytes, which nobody sees before they are revealed.</param>
/// <param name="Committed">Whether the ledger has its hash.</param>
/// <param name="Revealed">Whether the ledger has it.</param>
[GenerateSerializer, Immutable, Alias("nsn.beacon-part")]
internal sealed record BeaconPart(
    [property: Id(0)] byte[] Secret,
    [property: Id(1)] bool Committed,
    [property: Id(2)] bool Revealed);
