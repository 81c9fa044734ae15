namespace Nsn.Gateway.Api;

/// <summary>A slot as players and pages see it (docs/player-protocol.md section 5).</summary>
internal record SlotSummary
{
    public required ulong Slot { get; init; }
    public required uint Epoch { get; init; }
    public required string Channel { get; init; }
    public required string Kind { get; init; }
    public required string State { get; init; }
    public required long AirsAt { get; init; }
    public required long DurationMilliseconds { get; init; }
    public string? RecipeId { get; init; }
    public string? RecipeHash { get; init; }
    public string? ContentRoot { get; init; }
    public int? Chunks { get; init; }
    public string? Prompt { get; init; }
    public required string Origin { get; init; }
    public string? Author { get; init; }
    public string Mime { get; init; } = "video/webm; codecs=\"vp8,opus\"";
    public int? Width { get; init; }
    public int? Height { get; init; }
    public int? FramesPerSecond { get; init; }
    public int? Votes { get; init; }
    public string? Reason { get; init; }
}
