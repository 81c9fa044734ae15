namespace Nsn.Vortex;

/// <summary>Everything a clip is made from. Two equal requests to one pack and execution provider give byte-equal clips.</summary>
/// <remarks>Limits are checked by <see cref="ClipRequestValidator"/>; every field is honoured by the pipeline.</remarks>
public sealed record ClipRequest
{
    /// <summary>What is to be seen, 1 to 2,000 characters.</summary>
    public required string Prompt { get; init; }

    /// <summary>What is not to be seen; steers away, up to 2,000 characters.</summary>
    public string NegativePrompt { get; init; } = "";

    /// <summary>Concepts that join the prompt: up to 16 of up to 100 characters.</summary>
    public IReadOnlyList<string> RequiredConcepts { get; init; } = [];

    /// <summary>Concepts that join the negative prompt: up to 16 of up to 100 characters.</summary>
    public IReadOnlyList<string> BannedConcepts { get; init; } = [];

    /// <summary>What is said, up to 2,000 characters. Empty: nobody speaks, a soft bed of music plays.</summary>
    public string Script { get; init; } = "";

    /// <summary>Voice of the pack or of the embedded speaker: <c>default</c>, <c>anna</c>, <c>bruno</c>, ... Unknown names are refused.</summary>
    public string VoiceId { get; init; } = "default";

    /// <summary>Speaking rate, 0.5 to 2; 1 is the voice's own.</summary>
    public double Speed { get; init; } = 1;

    /// <summary><c>neutral</c>, <c>cheerful</c>, <c>excited</c>, <c>sad</c>, <c>angry</c>, <c>manic</c>, <c>calm</c>, <c>fearful</c>, <c>sarcastic</c> or <c>surprised</c>.</summary>
    public string Emotion { get; init; } = "neutral";

    /// <summary>How lively the presenter moves: <c>still</c>, <c>calm</c>, <c>natural</c>, <c>lively</c> or <c>manic</c>.</summary>
    public string MotionPreset { get; init; } = "natural";

    /// <summary>Moods that follow each other over the clip in equal parts; empty keeps the prompt's own.</summary>
    public IReadOnlyList<string> ExpressionSequence { get; init; } = [];

    /// <summary><c>static</c>, <c>zoom_in</c>, <c>zoom_out</c>, <c>pan_left</c>, <c>pan_right</c> or <c>handheld</c>.</summary>
    public string CameraMotion { get; init; } = "static";

    /// <summary>Length in whole seconds, 1 to 60 (a network recipe allows 5 to 60).</summary>
    public int DurationSeconds { get; init; } = 8;

    /// <summary>Frames per second, 8 to 60.</summary>
    public int FramesPerSecond { get; init; } = 12;

    /// <summary>Width in pixels, even, 64 to 1920. A frame that is not square shows more of the place beside or above the presenter.</summary>
    public int Width { get; init; } = 256;

    /// <summary>Height in pixels, even, 64 to 1920.</summary>
    public int Height { get; init; } = 256;

    /// <summary>Least ensemble score that a verifier accepts, 0 to 1; 0 leaves it to the pack's thresholds.</summary>
    public double MinimumScore { get; init; }

    /// <summary>The seed that fixes what the prompt leaves open.</summary>
    public required ClipSeed Seed { get; init; }

    /// <summary>Hash of the recipe as the network defines it (32 bytes), or empty: then the request's own canonical hash stands in.</summary>
    public ReadOnlyMemory<byte> RecipeHash { get; init; }

    /// <summary>Number of frames of the clip.</summary>
    public int FrameCount => DurationSeconds * FramesPerSecond;

    /// <summary>The prompt with the required concepts that it does not name.</summary>
    internal string FullPrompt => Join(Prompt, RequiredConcepts);

    /// <summary>The negative prompt with the banned concepts that it does not name.</summary>
    internal string FullNegativePrompt => Join(NegativePrompt, BannedConcepts);

    private static string Join(string text, IEnumerable<string> concepts)
    {
        foreach (var concept in concepts)
        {
            if (!text.Contains(concept, StringComparison.OrdinalIgnoreCase))
                text = text.Length == 0 ? concept : $"{text}, {concept}";
        }

        return text;
    }
}
