namespace Nsn.Vortex;

/// <summary>A verifier's verdict and everything it rests on.</summary>
public sealed record VerificationReport
{
    /// <summary>No check failed.</summary>
    public bool Accepted => Failures.Count == 0;

    /// <summary>The checks that failed, with the most telling one first.</summary>
    public required IReadOnlyList<VerificationFailure> Failures { get; init; }

    /// <summary>One sentence a person can read: what failed and by how much, or that all checks passed.</summary>
    public required string Explanation { get; init; }

    /// <summary>Checks that were asked for and not made, each with the reason; they are neither passed nor failed.</summary>
    public IReadOnlyList<string> Skipped { get; init; } = [];

    /// <summary>float[512], L2-normalised; all zero when the clip could not be decoded.</summary>
    public required float[] Embedding { get; init; }

    /// <summary>The embedding as int8[512].</summary>
    public required sbyte[] QuantisedEmbedding { get; init; }

    /// <summary>Both towers' scores, or null when the clip could not be decoded.</summary>
    public TowerScores? Scores { get; init; }

    /// <summary>Measurements of picture and sound, or null when the clip could not be decoded.</summary>
    public IntegrityChecks? Integrity { get; init; }

    /// <summary>What making frames again showed, or null when nothing was made again.</summary>
    public RegenerationReport? Regeneration { get; init; }
}
