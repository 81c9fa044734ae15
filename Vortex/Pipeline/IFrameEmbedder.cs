namespace Nsn.Vortex.Pipeline;

/// <summary>Two towers that see pictures and read prompts: what a kind of pack implements.</summary>
internal interface IFrameEmbedder : IDisposable
{
    /// <summary>Edge of the square pictures it sees, in pixels.</summary>
    int FrameSize { get; }

    /// <summary>Embeds pictures against a prompt.</summary>
    /// <param name="frames">Planar RGB from 0 to 1 of <see cref="FrameSize"/> squared.</param>
    /// <param name="prompt">What is to be seen.</param>
    /// <param name="cancellationToken">Lets the caller leave.</param>
    /// <returns>float[512], L2-normalised, of the pictures, and the towers' scores of them against the prompt.</returns>
    Task<(float[] Embedding, TowerScores Scores)> EmbedAsync(IReadOnlyList<float[]> frames, string prompt, CancellationToken cancellationToken);
}
