namespace Nsn.Vortex;

/// <summary>How much a verifier regenerates.</summary>
public sealed record VerificationOptions
{
    /// <summary>Default number of frames that are regenerated in <see cref="RegenerationMode.Sample"/>.</summary>
    public const int DefaultSampleCount = 6;

    /// <summary>What to regenerate.</summary>
    public RegenerationMode Mode { get; init; } = RegenerationMode.Sample;

    /// <summary>
    /// The frames for <see cref="RegenerationMode.Sample"/>. A director draws them with <c>FrameSample.Draw</c> from a secret that it reveals
    /// with its vote, so that the proposer cannot know them. Empty: <see cref="DefaultSampleCount"/> frames spread evenly.
    /// </summary>
    public IReadOnlyList<int> Frames { get; init; } = [];
}
