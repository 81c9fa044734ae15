using Nsn.Protocol.Cryptography;
using Nsn.Protocol.Recipes;

namespace Nsn.Vortex.Tests;

public class RecipeTests
{
    [Fact]
    public void Every_field_of_a_recipe_reaches_the_request()
    {
        var recipe = new Recipe
        {
            RecipeId = "r",
            SlotParameters = new SlotParameters { DurationSeconds = 7, Width = 320, Height = 180, FramesPerSecond = 25 },
            AudioTrack = new AudioTrack { Script = "Hi.", VoiceId = "anna", SpeedMilli = 1250, Emotion = Emotion.Manic },
            VisualTrack = new VisualTrack
            {
                Prompt = "a chef",
                NegativePrompt = "hat",
                MotionPreset = "default",
                ExpressionSequence = ["sad", "angry"],
                CameraMotion = "pan_left",
            },
            SemanticConstraints = new SemanticConstraints { MinClipScoreMillionths = 250_000, RequiredConcepts = ["kitchen"], BannedConcepts = ["beard"] },
        };
        Hash256 seed = Sha2.Hash256("seed"u8);
        var request = recipe.ToClipRequest(seed);
        Assert.Empty(ClipRequestValidator.Validate(request));
        Assert.Equal("a chef, kitchen", request.FullPrompt);
        Assert.Equal("hat, beard", request.FullNegativePrompt);
        Assert.Equal((7, 320, 180, 25), (request.DurationSeconds, request.Width, request.Height, request.FramesPerSecond));
        Assert.Equal(("Hi.", "anna", 1.25, "manic"), (request.Script, request.VoiceId, request.Speed, request.Emotion));
        Assert.Equal(("natural", "pan_left", .25), (request.MotionPreset, request.CameraMotion, request.MinimumScore));
        Assert.Equal(["sad", "angry"], request.ExpressionSequence);
        Assert.Equal(seed.ToArray(), request.Seed.ToArray());
        Assert.Equal(recipe.Hash().ToArray(), request.RecipeHash.ToArray());
    }
}
