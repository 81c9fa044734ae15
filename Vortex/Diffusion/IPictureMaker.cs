namespace Nsn.Vortex.Diffusion;

/// <summary>Turns a prompt into latents for the VAE.</summary>
internal interface IPictureMaker : IDisposable
{
    /// <summary>Latents [channels, rows, columns], not yet scaled for the VAE.</summary>
    Task<float[]> MakeAsync(string prompt, string negativePrompt, SeededRandom noise, CancellationToken cancellationToken);
}
