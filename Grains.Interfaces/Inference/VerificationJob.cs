using Nsn.Grains.Slots;

namespace Nsn.Grains.Inference;

/// <summary>A published clip that a director wants checked.</summary>
/// <param name="Assignment">What was fixed about the slot.</param>
/// <param name="Manifest">What the proposer says that it published.</param>
/// <param name="SampleSecret">32 bytes of the director's own, from which the frames to regenerate follow; revealed with its vote.</param>
/// <param name="SampleCount">How many frames are regenerated.</param>
/// <param name="Regeneration">Whether these frames are enough, or all are regenerated.</param>
[GenerateSerializer, Immutable, Alias("nsn.verification-job")]
public sealed record VerificationJob(
    [property: Id(0)] SlotAssignment Assignment,
    [property: Id(1)] ClipManifest Manifest,
    [property: Id(2)] byte[] SampleSecret,
    [property: Id(3)] int SampleCount,
    [property: Id(4)] Regeneration Regeneration = Regeneration.Sample);
