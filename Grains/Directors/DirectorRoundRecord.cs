using Nsn.Grains.Slots;

namespace Nsn.Grains.Directors;

/// <summary>A director's part in a slot, as it is stored.</summary>
/// <param name="Assignment">What was fixed.</param>
/// <param name="ContentRoot">The clip it looked at.</param>
/// <param name="Round">The protocol's bytes of the part; secret until the reveal.</param>
/// <param name="Note">Why it rejects, or null.</param>
/// <param name="ScoreA">Score of the first tower.</param>
/// <param name="ScoreB">Score of the second tower.</param>
/// <param name="SampleCount">How many frames were made again for it.</param>
[GenerateSerializer, Immutable, Alias("nsn.director-round-record")]
internal sealed record DirectorRoundRecord(
    [property: Id(0)] SlotAssignment Assignment,
    [property: Id(1)] byte[] ContentRoot,
    [property: Id(2)] byte[] Round,
    [property: Id(3)] string? Note,
    [property: Id(4)] float? ScoreA,
    [property: Id(5)] float? ScoreB,
    [property: Id(6)] int? SampleCount = null);
