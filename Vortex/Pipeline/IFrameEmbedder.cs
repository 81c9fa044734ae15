namespace Nsn.Vortex.Pipeline;

/// <summary>Two towers that see pictures and read prompts: what a kind of pack implements.</summary>
internal interface IFrameEmbedder : IDisposable
{
    /// <summary>Brings an I420 frame into the form that the towers see: planar RGB of their size.</summary>
    float[] Prepare(ReadOnlySpan<byte> i420, int width, int height);

    /// <summary>Embeds pictures against a prompt.</summary>
    /// <param name="frames">Frames from <see cref="Prepare"/>.</param>
    /// <param name="prompt">What is to be seen.</param>
    /// <param name="cancellationToken">Lets the caller leave.</param>
    /// <returns>float[512], L2-normalised, of the pictures, and the towers' scores of them against the prompt.</returns>
    Task<(float[] Embedding, TowerScores Scores)> EmbedAsync(IReadOnlyList<float[]> frames, string prompt, CancellationToken cancellationToken);
}
