namespace Nsn.Gateway.Api;

/// <summary>A recipe's way to air (docs/player-protocol.md section 6).</summary>
internal sealed record RecipeStatus
{
    public required string Id { get; init; }
    public required string Channel { get; init; }
    public required string Prompt { get; init; }
    public string? Author { get; init; }
    public required string State { get; init; }
    public int? Place { get; init; }
    public ulong? Slot { get; init; }
    public long? AirsAt { get; init; }
    public long? EstimatedAirsAt { get; init; }
    public required string RecipeHash { get; init; }
    public string? Reason { get; init; }
    public IReadOnlyList<RecipeStatusStep> History { get; init; } = [];
}
