namespace Nsn.Vortex.Diffusion;

/// <summary>
/// Euler steps along the noise level (Karras et al. 2022, algorithm 1 without churn) for models that were trained on Stable Diffusion's 1,000 levels: betas linear in their
/// square roots from 0.00085 to 0.012, steps spaced from the noisiest level down.
/// </summary>
internal sealed class EulerSchedule
{
    private const int TrainedSteps = 1000;
    private const double BetaFirst = .00085, BetaLast = .012;

    /// <summary>A schedule of this many steps.</summary>
    public EulerSchedule(int steps)
    {
        var sigmas = new double[TrainedSteps];
        var product = 1.0;
        for (var i = 0; i < TrainedSteps; i++)
        {
            var root = Math.Sqrt(BetaFirst) + ((Math.Sqrt(BetaLast) - Math.Sqrt(BetaFirst)) * i / (TrainedSteps - 1));
            product *= 1 - (root * root);
            sigmas[i] = Math.Sqrt((1 - product) / product);
        }

        Timesteps = [.. Enumerable.Range(0, steps).Select(i => (int)Math.Round(TrainedSteps - (i * TrainedSteps / (double)steps)) - 1)];
        Sigmas = [.. Timesteps.Select(step => sigmas[step]), 0];
    }

    /// <summary>What the model is told in each step, 0 to 999.</summary>
    public IReadOnlyList<int> Timesteps { get; }

    /// <summary>Noise level before each step, and 0 after the last.</summary>
    public IReadOnlyList<double> Sigmas { get; }

    /// <summary>Latents as the model wants them in a step: of variance 1.</summary>
    public float[] Input(ReadOnlySpan<float> latents, int step)
    {
        var scale = (float)(1 / Math.Sqrt((Sigmas[step] * Sigmas[step]) + 1));
        var input = latents.ToArray();
        foreach (ref var value in input.AsSpan())
            value *= scale;
        return input;
    }

    /// <summary>Takes a step with the model's prediction of the noise, or of the velocity.</summary>
    public void Step(Span<float> latents, ReadOnlySpan<float> prediction, int step, bool velocity)
    {
        double sigma = Sigmas[step], change = Sigmas[step + 1] - sigma;
        var variance = (sigma * sigma) + 1;
        for (var i = 0; i < latents.Length; i++)
        {
            var clean = velocity ? (latents[i] / variance) - (prediction[i] * sigma / Math.Sqrt(variance)) : latents[i] - (sigma * prediction[i]);
            latents[i] = (float)(latents[i] + ((latents[i] - clean) / sigma * change));
        }
    }
}
