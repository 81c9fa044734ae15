namespace Nsn.Grains.Channels;

/// <summary>A recipe on its way into a channel's queue.</summary>
/// <param name="Recipe">Canonical SCALE bytes; checked again by the channel.</param>
/// <param name="IdempotencyKey">Chosen by the sender, 1 to 64 characters.</param>
/// <param name="Submitter">Who sends it, for limits; never shown.</param>
[GenerateSerializer, Immutable, Alias("nsn.recipe-submission")]
public sealed record RecipeSubmission(
    [property: Id(0)] byte[] Recipe,
    [property: Id(1)] string IdempotencyKey,
    [property: Id(2)] string Submitter);
