namespace Nsn.Grains.Directors;

/// <summary>What a director says in a phase of a slot.</summary>
/// <param name="Message">The SCALE consensus message, or null when it has nothing to say in this phase.</param>
/// <param name="Note">Why not, or why it rejects; only once it has revealed, so that nobody can go by it before.</param>
/// <param name="ScoreA">Score of the first tower; only once it has revealed.</param>
/// <param name="ScoreB">Score of the second tower; only once it has revealed.</param>
/// <param name="SampleCount">How many frames it has had made again; only once it has revealed.</param>
[GenerateSerializer, Immutable, Alias("nsn.director-reply")]
public sealed record DirectorReply(
    [property: Id(0)] byte[]? Message,
    [property: Id(1)] string? Note = null,
    [property: Id(2)] float? ScoreA = null,
    [property: Id(3)] float? ScoreB = null,
    [property: Id(4)] int? SampleCount = null);
