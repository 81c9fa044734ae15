using Nsn.Protocol.Consensus;
using Nsn.Protocol.Cryptography;
using Nsn.Protocol.Recipes;

namespace Nsn.Grains.Inference;

/// <summary>Which frames of a published clip are made again for a director: pure, so that whoever knows its reveal can say the same.</summary>
public static class FrameDraw
{
    private const int FramesMax = 60 * 60;

    /// <summary>The frames, in rising order; none when the recipe cannot be read.</summary>
    public static int[] Of(VerificationJob job)
    {
        if (!RecipeCodec.TryDecode(job.Assignment.Recipe, out var recipe, out _))
            return [];
        var count = FrameCount(recipe);
        return job.Regeneration == Regeneration.Full
            ? [.. Enumerable.Range(0, count)]
            : FrameSample.Draw(new Hash256(job.SampleSecret), new Hash256(job.Manifest.ContentRoot), count, Math.Max(1, job.SampleCount));
    }

    /// <summary>The frames of a recipe's clip.</summary>
    public static int FrameCount(Recipe recipe) =>
        (int)Math.Clamp(recipe.SlotParameters.DurationSeconds * recipe.SlotParameters.FramesPerSecond, 1, FramesMax);
}
