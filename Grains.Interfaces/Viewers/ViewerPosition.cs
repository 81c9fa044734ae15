namespace Nsn.Grains.Viewers;

/// <summary>The next chunk that a viewer wants.</summary>
/// <param name="Slot">Slot.</param>
/// <param name="Chunk">Leaf index within the slot.</param>
[GenerateSerializer, Immutable, Alias("nsn.viewer-position")]
public sealed record ViewerPosition([property: Id(0)] ulong Slot, [property: Id(1)] int Chunk);
