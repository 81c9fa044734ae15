namespace Nsn.Protocol.Recipes;

/// <summary>One thing that is wrong with a recipe.</summary>
/// <param name="Path">Where: a JSON Pointer (RFC 6901), for example <c>/slot_params/fps</c>; empty for the document itself.</param>
/// <param name="Message">What is wrong and what is allowed, for the person who wrote the recipe.</param>
public sealed record RecipeViolation(string Path, string Message);
