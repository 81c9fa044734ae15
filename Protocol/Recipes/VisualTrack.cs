using System.Collections.Immutable;

namespace Nsn.Protocol.Recipes;

/// <summary>What is to be seen.</summary>
public sealed record VisualTrack
{
    /// <summary>The scene, 1 to 2,000 characters.</summary>
    public required string Prompt { get; init; }

    /// <summary>What must not be in it, up to 2,000 characters.</summary>
    public string NegativePrompt { get; init; } = "";

    /// <summary>How the actor moves: an identifier that the model pack knows.</summary>
    public string MotionPreset { get; init; } = "default";

    /// <summary>The expressions of the face one after another: up to 16 identifiers.</summary>
    public ImmutableArray<string> ExpressionSequence { get; init; } = [];

    /// <summary>How the camera moves: an identifier that the model pack knows.</summary>
    public string CameraMotion { get; init; } = "static";
}
