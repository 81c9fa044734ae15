namespace Nsn.Grains.Slots;

/// <summary>What one director did for a slot.</summary>
/// <param name="Account">The director.</param>
/// <param name="Committed">Whether its commitment came in time.</param>
/// <param name="Revealed">Whether it opened it.</param>
/// <param name="Verdict">"accept", "reject", or null when it did not vote.</param>
/// <param name="Note">The reason of a reject, or what went wrong.</param>
/// <param name="ScoreA">Score of the first tower against the prompt.</param>
/// <param name="ScoreB">Score of the second tower.</param>
/// <param name="Commit">Its signed commitment, the SCALE consensus message.</param>
/// <param name="Reveal">What opens it, the SCALE consensus message: its embedding, and the secret from which its frames were drawn.</param>
/// <param name="SampleCount">How many frames it says that it had made again.</param>
[GenerateSerializer, Immutable, Alias("nsn.director-answer")]
public sealed record DirectorAnswer(
    [property: Id(0)] byte[] Account,
    [property: Id(1)] bool Committed,
    [property: Id(2)] bool Revealed,
    [property: Id(3)] string? Verdict,
    [property: Id(4)] string? Note,
    [property: Id(5)] float? ScoreA,
    [property: Id(6)] float? ScoreB,
    [property: Id(7)] byte[]? Commit = null,
    [property: Id(8)] byte[]? Reveal = null,
    [property: Id(9)] int? SampleCount = null);
