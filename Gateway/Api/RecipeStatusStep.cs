namespace Nsn.Gateway.Api;

/// <summary>A recipe reached a state, Unix milliseconds.</summary>
internal sealed record RecipeStatusStep(string State, long At);
