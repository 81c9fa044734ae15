using Nsn.Protocol.Cryptography;

namespace Nsn.Protocol.Recipes;

/// <summary>
/// What a clip is to be. JSON goes in through <see cref="RecipeJson"/>; the canonical form (<see cref="RecipeCodec"/>) is what is hashed, stored and sent.
/// </summary>
public sealed record Recipe
{
    /// <summary>The name of the recipe: an identifier of 1 to 64 characters.</summary>
    public required string RecipeId { get; init; }

    /// <summary>When, how long and how large.</summary>
    public required SlotParameters SlotParameters { get; init; }

    /// <summary>What is said and how.</summary>
    public required AudioTrack AudioTrack { get; init; }

    /// <summary>What is to be seen.</summary>
    public required VisualTrack VisualTrack { get; init; }

    /// <summary>What the verification demands.</summary>
    public SemanticConstraints SemanticConstraints { get; init; } = new();

    /// <summary>Who stands for it; viewers need not sign.</summary>
    public RecipeAuthor? Author { get; init; }

    /// <summary>SHA-256 of the tag of recipes and the canonical form without the author.</summary>
    public Hash256 Hash() => RecipeCodec.Hash(this);
}
