namespace Nsn.Vortex.Packs;

/// <summary>Where a pack's randomness comes from, as its maker says; for people who repeat its training.</summary>
public sealed record PackSeeds
{
    /// <summary>What noise a clip needs.</summary>
    public string? Noise { get; init; }

    /// <summary>Seed of the training.</summary>
    public long? Training { get; init; }

    /// <summary>Seed of the evaluation.</summary>
    public long? Evaluation { get; init; }
}
