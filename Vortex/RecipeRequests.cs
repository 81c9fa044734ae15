using Nsn.Protocol.Cryptography;
using Nsn.Protocol.Recipes;

namespace Nsn.Vortex;

/// <summary>Turns the network's recipes into requests.</summary>
public static class RecipeRequests
{
    /// <summary>
    /// The request for a recipe and the slot's seed. The identifier <c>default</c> of a motion preset means <c>natural</c>. What the pack does not know is refused by <see cref="ClipRequestValidator"/>.
    /// </summary>
    public static ClipRequest ToClipRequest(this Recipe recipe, in Hash256 seed)
    {
        var (slot, audio, visual, constraints) = (recipe.SlotParameters, recipe.AudioTrack, recipe.VisualTrack, recipe.SemanticConstraints);
        return new ClipRequest
        {
            Prompt = visual.Prompt,
            RequiredConcepts = constraints.RequiredConcepts,
            NegativePrompt = visual.NegativePrompt,
            BannedConcepts = constraints.BannedConcepts,
            Script = audio.Script,
            VoiceId = audio.VoiceId,
            Speed = audio.SpeedMilli / 1000.0,
            Emotion = audio.Emotion.ToString().ToLowerInvariant(),
            MotionPreset = visual.MotionPreset == "default" ? "natural" : visual.MotionPreset,
            ExpressionSequence = [.. visual.ExpressionSequence],
            CameraMotion = visual.CameraMotion,
            DurationSeconds = (int)slot.DurationSeconds,
            FramesPerSecond = (int)slot.FramesPerSecond,
            Width = slot.Width,
            Height = slot.Height,
            MinimumScore = constraints.MinClipScoreMillionths / 1e6,
            Seed = ClipSeed.FromBytes(seed.AsSpan()),
            RecipeHash = recipe.Hash().ToArray(),
        };
    }
}
