namespace Nsn.Vortex.Diffusion;

/// <summary>Euler steps of a rectified flow from noise (1) to picture (0), as FLUX.1 uses them.</summary>
internal sealed class FlowSchedule
{
    private const double TokensLow = 256, TokensHigh = 4096, ShiftLow = .5, ShiftHigh = 1.15;

    /// <summary>A schedule of this many steps.</summary>
    /// <param name="steps">Runs of the model.</param>
    /// <param name="shiftTokens">Picture tokens by which the steps shift towards noise (FLUX.1 dev), or 0 for even steps (schnell).</param>
    public FlowSchedule(int steps, int shiftTokens)
    {
        var shift = Math.Exp(ShiftLow + ((shiftTokens - TokensLow) / (TokensHigh - TokensLow) * (ShiftHigh - ShiftLow)));
        Times = [.. Enumerable.Range(0, steps).Select(i => 1 - (i / (double)steps)).Select(t => shiftTokens > 0 ? shift / (shift + ((1 / t) - 1)) : t), 0];
    }

    /// <summary>Time before each step, from 1, and 0 after the last.</summary>
    public IReadOnlyList<double> Times { get; }

    /// <summary>Takes a step with the model's velocity (noise minus picture).</summary>
    public void Step(Span<float> latents, ReadOnlySpan<float> velocity, int step)
    {
        var change = (float)(Times[step + 1] - Times[step]);
        for (var i = 0; i < latents.Length; i++)
            latents[i] += velocity[i] * change;
    }
}
