using Nsn.Protocol.Certificates;
using Nsn.Protocol.Cryptography;

namespace Nsn.Protocol.Consensus;

/// <summary>What is fixed before the directors look at a clip: everything in their statement but the embedding and the verdict.</summary>
public sealed record SlotContext
{
    /// <summary>The default similarity that counts: a cosine of 0.95, in millionths.</summary>
    public const int DefaultSimilarityMin = 950_000;

    /// <summary>The lowest similarity that a model pack may set: 0.85, in millionths.</summary>
    public const int SimilarityFloor = 850_000;

    /// <summary>The five who agree, with their chain and epoch.</summary>
    public required EpochDirectors Directors { get; init; }

    /// <summary>The slot.</summary>
    public required ulong Slot { get; init; }

    /// <summary>The hash of the recipe.</summary>
    public required Hash256 RecipeHash { get; init; }

    /// <summary>The hash of the model pack.</summary>
    public required Hash256 ModelPackHash { get; init; }

    /// <summary>The root over the published chunks.</summary>
    public required Hash256 ContentRoot { get; init; }

    /// <summary>The lowest similarity to the canonical embedding that counts, in millionths.</summary>
    public int SimilarityMin { get; init; } = DefaultSimilarityMin;

    /// <summary>The id that commits and reveals carry.</summary>
    public RoundId Round => new(Directors.ChainId, Directors.Epoch, Slot, ContentRoot);

    /// <summary>The statement with a verdict.</summary>
    /// <param name="canonical">The canonical embedding, or null if there is none.</param>
    /// <param name="verdict">What is said.</param>
    public SlotStatement Statement(QuantisedEmbedding? canonical, Verdict verdict) => new()
    {
        ChainId = Directors.ChainId,
        Epoch = Directors.Epoch,
        Slot = Slot,
        RecipeHash = RecipeHash,
        ModelPackHash = ModelPackHash,
        ContentRoot = ContentRoot,
        EmbeddingHash = canonical?.Hash ?? default,
        Verdict = verdict,
    };
}
