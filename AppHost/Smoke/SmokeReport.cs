namespace Nsn.AppHost.Smoke;

/// <summary>What <c>smoke</c> writes as JSON. Times are seconds; what was not reached is null.</summary>
public sealed record SmokeReport
{
    /// <summary>Whether the exit code is 0: the same as <see cref="Passed"/>.</summary>
    public bool Ok => Passed;

    /// <summary>What kept the checks from being made, with what to do about it; null where they were made.</summary>
    public string? Error { get; init; }

    /// <summary>Whether every check held.</summary>
    public required bool Passed { get; init; }

    /// <summary>What did not hold, in words, or the error; empty where everything held.</summary>
    public required IReadOnlyList<string> Problems { get; init; }

    /// <summary>The prompt.</summary>
    public required string Prompt { get; init; }

    /// <summary>From the start of AppHost until every resource was ready.</summary>
    public double? SecondsToReady { get; init; }

    /// <summary>From the offer of a viewer until its first chunk had passed every check.</summary>
    public double? JoinToFirstVerifiedChunkSeconds { get; init; }

    /// <summary>From the submission of the prompt until its certificate.</summary>
    public double? PromptToCertifiedSeconds { get; init; }

    /// <summary>From the submission of the prompt until the viewer had the whole verified clip.</summary>
    public double? PromptToReceivedSeconds { get; init; }

    /// <summary>The slot that the prompt got.</summary>
    public long? Slot { get; init; }

    /// <summary>Signatures of directors on the certificate, each verified here.</summary>
    public int? Votes { get; init; }

    /// <summary>Directors' scores of the clip against the prompt, by tower; one per director that gave any.</summary>
    public IReadOnlyList<IReadOnlyDictionary<string, double>> Scores { get; init; } = [];

    /// <summary>Chunks of the prompt's clip that came over WebRTC and passed every check.</summary>
    public int? ChunksVerified { get; init; }

    /// <summary>Chunks of any slot that failed a check.</summary>
    public int ChunksBroken { get; init; }

    /// <summary>Whether the recipe that the certificate names asks for the prompt.</summary>
    public bool? RecipeMatches { get; init; }
}
