namespace Nsn.Grains.Inference;

/// <summary>What a check of a published clip found.</summary>
/// <param name="Verdict">The verdict as it is signed (docs/formats.md): 0 accepts, anything else names the kind of check that did not hold.</param>
/// <param name="Reasons">The checks that did not hold, in words; empty when all did.</param>
/// <param name="Embedding">The clip's embedding from its decoded pixels, 512 values quantised to int8 as the protocol defines it; empty when the bytes could not be decoded.</param>
/// <param name="ScoreA">Score of the first tower against the prompt.</param>
/// <param name="ScoreB">Score of the second tower.</param>
/// <param name="RegenerationDistance">Largest distance between a published frame and the regenerated one (mean absolute difference, 0 to 1).</param>
/// <param name="Seconds">How long it took.</param>
[GenerateSerializer, Immutable, Alias("nsn.clip-findings")]
public sealed record ClipFindings(
    [property: Id(0)] byte Verdict,
    [property: Id(1)] string[] Reasons,
    [property: Id(2)] byte[] Embedding,
    [property: Id(3)] float ScoreA,
    [property: Id(4)] float ScoreB,
    [property: Id(5)] float RegenerationDistance,
    [property: Id(6)] double Seconds);
