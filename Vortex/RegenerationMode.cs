namespace Nsn.Vortex;

/// <summary>What a verifier makes again to compare.</summary>
public enum RegenerationMode
{
    /// <summary>Nothing: only what is seen and heard counts.</summary>
    None,

    /// <summary>A few frames drawn from a secret, and the sound.</summary>
    Sample,

    /// <summary>Every frame and the sound.</summary>
    Full,
}
