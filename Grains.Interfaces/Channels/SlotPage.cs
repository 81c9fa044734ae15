namespace Nsn.Grains.Channels;

/// <summary>Some slots of a channel.</summary>
/// <param name="Slots">Newest first.</param>
/// <param name="Before">Where the next page begins: slots before this number; null when there are no older ones.</param>
[GenerateSerializer, Immutable, Alias("nsn.slot-page")]
public sealed record SlotPage(
    [property: Id(0)] SlotEntry[] Slots,
    [property: Id(1)] ulong? Before);
