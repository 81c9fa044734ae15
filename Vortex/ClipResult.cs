namespace Nsn.Vortex;

/// <summary>What closes a generation: what the pipeline itself thinks of the clip it made, and the proof of how it was made.</summary>
public sealed record ClipResult : ClipOutput
{
    /// <summary>Number of segments yielded before.</summary>
    public required int SegmentCount { get; init; }

    /// <summary>float[512], L2-normalised, of the decoded frames and the prompt.</summary>
    public required float[] Embedding { get; init; }

    /// <summary>The embedding as int8[512], the form that directors reveal.</summary>
    public required sbyte[] QuantisedEmbedding { get; init; }

    /// <summary>Both towers' scores of the decoded frames against the prompt.</summary>
    public required TowerScores Scores { get; init; }

    /// <summary>Proof of determinism: equal for every run of the same request, pack and provider.</summary>
    public required ClipProof Proof { get; init; }

    /// <summary>Where the time went.</summary>
    public required StageTimes Times { get; init; }

    /// <summary>Name of the execution provider that ran the graphs: <c>cpu</c>, <c>cuda</c> or <c>webgpu</c>.</summary>
    public required string Provider { get; init; }

    /// <summary>SHA-256 of the pack, as in the proof.</summary>
    public required ReadOnlyMemory<byte> PackHash { get; init; }
}
