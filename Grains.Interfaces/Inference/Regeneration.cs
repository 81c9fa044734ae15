namespace Nsn.Grains.Inference;

/// <summary>How much of a clip a director has made again, to compare it with what was published.</summary>
[GenerateSerializer, Alias("nsn.regeneration")]
public enum Regeneration
{
    /// <summary>A few frames that the director draws from a secret of its own, and the sound.</summary>
    Sample,

    /// <summary>Every frame and the sound.</summary>
    Full,
}
