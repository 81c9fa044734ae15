namespace Nsn.Grains.Slots;

/// <summary>A published clip: what a reader needs to fetch it and to check every byte of it.</summary>
/// <param name="Slot">The slot it was made for.</param>
/// <param name="ContentRoot">Merkle root over the chunks, 32 bytes.</param>
/// <param name="Proposer">Account of the director that made it.</param>
/// <param name="Headers">The chunk headers (SCALE, see docs/formats.md) in order; each carries the SHA-256 under which the payload is stored.</param>
/// <param name="SegmentDurations">Duration of each segment in milliseconds.</param>
/// <param name="GenerateSeconds">How long the pipeline took.</param>
[GenerateSerializer, Immutable, Alias("nsn.clip-manifest")]
public sealed record ClipManifest(
    [property: Id(0)] ulong Slot,
    [property: Id(1)] byte[] ContentRoot,
    [property: Id(2)] byte[] Proposer,
    [property: Id(3)] byte[][] Headers,
    [property: Id(4)] int[] SegmentDurations,
    [property: Id(5)] double GenerateSeconds);
