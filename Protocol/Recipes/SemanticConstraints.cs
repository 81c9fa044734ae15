using System.Collections.Immutable;

namespace Nsn.Protocol.Recipes;

/// <summary>What the verification demands beyond the thresholds of the model pack.</summary>
public sealed record SemanticConstraints
{
    /// <summary>The lowest CLIP score, in millionths, 0 to 1,000,000; 0 leaves it to the model pack.</summary>
    public uint MinClipScoreMillionths { get; init; }

    /// <summary>Concepts that must not be seen: up to 16 of 1 to 100 characters.</summary>
    public ImmutableArray<string> BannedConcepts { get; init; } = [];

    /// <summary>Concepts that must be seen: up to 16 of 1 to 100 characters.</summary>
    public ImmutableArray<string> RequiredConcepts { get; init; } = [];
}
