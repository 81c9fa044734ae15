namespace Nsn.Vortex;

/// <summary>How much a verifier regenerates.</summary>
public sealed record VerificationOptions
{
    /// <summary>Default number of frames that are regenerated in <see cref="RegenerationMode.Sample"/>.</summary>
    public const int DefaultSampleCount = 6;

    /// <summary>What to regenerate.</summary>
    public RegenerationMode Mode { get; init; } = RegenerationMode.Sample;

    /// <summary>Number of frames in <see cref="RegenerationMode.Sample"/>, at least 1.</summary>
    public int SampleCount { get; init; } = DefaultSampleCount;

    /// <summary>The director's own secret that draws the frames; revealed with its vote, so that anyone can draw the same.</summary>
    public ReadOnlyMemory<byte> SampleSecret { get; init; }
}
