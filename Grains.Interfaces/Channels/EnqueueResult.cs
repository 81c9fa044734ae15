namespace Nsn.Grains.Channels;

/// <summary>Answer to a submission.</summary>
/// <param name="Outcome">What happened.</param>
/// <param name="Ticket">The recipe's ticket when it was accepted (now or before).</param>
/// <param name="Reasons">Path and reason of each violation when it was refused.</param>
[GenerateSerializer, Immutable, Alias("nsn.enqueue-result")]
public sealed record EnqueueResult(
    [property: Id(0)] EnqueueOutcome Outcome,
    [property: Id(1)] RecipeTicket? Ticket,
    [property: Id(2)] string[] Reasons);
