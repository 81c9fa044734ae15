namespace Nsn.Grains.Channels;

/// <summary>A recipe's way to air.</summary>
[GenerateSerializer, Alias("nsn.recipe-state")]
public enum RecipeState
{
    /// <summary>It waits for a slot.</summary>
    Queued,

    /// <summary>A slot is fixed.</summary>
    Scheduled,

    /// <summary>The clip is being made.</summary>
    Generating,

    /// <summary>The directors check it.</summary>
    Verifying,

    /// <summary>It has its certificate and waits for its time.</summary>
    Certified,

    /// <summary>It is on air.</summary>
    OnAir,

    /// <summary>It was on air.</summary>
    Aired,

    /// <summary>It got no certificate.</summary>
    Failed,
}
