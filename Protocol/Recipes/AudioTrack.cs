namespace Nsn.Protocol.Recipes;

/// <summary>What is said and how.</summary>
public sealed record AudioTrack
{
    /// <summary>The words, 1 to 2,000 characters.</summary>
    public required string Script { get; init; }

    /// <summary>The voice: an identifier that the model pack knows.</summary>
    public string VoiceId { get; init; } = "default";

    /// <summary>The speed in thousandths of the normal one, 500 to 2,000.</summary>
    public ushort SpeedMilli { get; init; } = 1000;

    /// <summary>The emotion.</summary>
    public Emotion Emotion { get; init; }
}
