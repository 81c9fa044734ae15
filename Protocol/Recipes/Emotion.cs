namespace Nsn.Protocol.Recipes;

/// <summary>How the script is spoken. The value is the byte in the canonical form.</summary>
public enum Emotion : byte
{
    /// <summary>Plain.</summary>
    Neutral = 0,

    /// <summary>Lively.</summary>
    Excited = 1,

    /// <summary>Low.</summary>
    Sad = 2,

    /// <summary>Sharp.</summary>
    Angry = 3,

    /// <summary>Beside itself.</summary>
    Manic = 4,
}
