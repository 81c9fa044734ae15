namespace Nsn.Grains.Channels;

/// <summary>A recipe reached a state.</summary>
/// <param name="State">The state.</param>
/// <param name="At">When.</param>
[GenerateSerializer, Immutable, Alias("nsn.recipe-step")]
public sealed record RecipeStep([property: Id(0)] RecipeState State, [property: Id(1)] DateTimeOffset At);
