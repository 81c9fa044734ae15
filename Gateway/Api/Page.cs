namespace Nsn.Gateway.Api;

/// <summary>A page of a list; <see cref="Next"/> goes back as <c>before</c>.</summary>
internal sealed record Page<T>(IReadOnlyList<T> Items, string? Next);
