namespace Nsn.Grains.Channels;

/// <summary>A slot of the programme.</summary>
/// <param name="RecipeId">The recipe it carries.</param>
/// <param name="Origin">Where that came from.</param>
/// <param name="AirsAt">When it goes on air.</param>
[GenerateSerializer, Immutable, Alias("nsn.planned-slot")]
internal sealed record PlannedSlot(
    [property: Id(0)] string RecipeId,
    [property: Id(1)] RecipeOrigin Origin,
    [property: Id(2)] DateTimeOffset AirsAt);
