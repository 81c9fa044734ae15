namespace Nsn.Gateway.Api;

/// <summary>What a person wants to see (docs/player-protocol.md section 6). Absent fields take the channel's defaults.</summary>
internal sealed record RecipeRequest
{
    /// <summary>The channel; "main" when absent.</summary>
    public string? Channel { get; init; }

    /// <summary>What is to be seen.</summary>
    public string? Prompt { get; init; }

    /// <summary>What is not to be seen.</summary>
    public string? NegativePrompt { get; init; }

    /// <summary>What is said; the prompt itself when absent.</summary>
    public string? Script { get; init; }

    /// <summary>Whose voice.</summary>
    public string? Voice { get; init; }

    /// <summary>Emotion of the voice.</summary>
    public string? Emotion { get; init; }

    /// <summary>Motion preset.</summary>
    public string? Style { get; init; }

    /// <summary>Camera motion.</summary>
    public string? Camera { get; init; }

    /// <summary>Length in seconds; the channel's slot when absent.</summary>
    public int? Seconds { get; init; }
}
