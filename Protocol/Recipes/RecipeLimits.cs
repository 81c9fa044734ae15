namespace Nsn.Protocol.Recipes;

/// <summary>The bounds of a recipe. Characters are Unicode scalar values.</summary>
public static class RecipeLimits
{
    /// <summary>The most bytes of JSON: 64 KiB.</summary>
    public const int JsonBytesMax = 64 * 1024;

    /// <summary>The most bytes of the canonical form; the texts at four bytes a character and everything else.</summary>
    public const int CanonicalBytesMax = 64 * 1024;

    /// <summary>The only version of the schema.</summary>
    public const string Version = "1.0";

    /// <summary>The most characters of a script or a prompt.</summary>
    public const int TextCharactersMax = 2000;

    /// <summary>The most characters of an identifier (recipe, voice, motion, camera, expression): A-Z, a-z, 0-9, dot, hyphen, underscore.</summary>
    public const int IdentifierCharactersMax = 64;

    /// <summary>The most expressions, banned or required concepts.</summary>
    public const int ListCountMax = 16;

    /// <summary>The most characters of a banned or required concept.</summary>
    public const int ConceptCharactersMax = 100;

    /// <summary>The shortest clip, in seconds.</summary>
    public const uint DurationSecondsMin = 5;

    /// <summary>The longest clip, in seconds.</summary>
    public const uint DurationSecondsMax = 60;

    /// <summary>The fewest frames per second.</summary>
    public const uint FramesPerSecondMin = 8;

    /// <summary>The most frames per second.</summary>
    public const uint FramesPerSecondMax = 60;

    /// <summary>The smallest width and height, in pixels.</summary>
    public const ushort SideMin = 64;

    /// <summary>The largest width and height, in pixels.</summary>
    public const ushort SideMax = 1920;

    /// <summary>The slowest speech, in thousandths of the normal speed.</summary>
    public const ushort SpeedMilliMin = 500;

    /// <summary>The fastest speech, in thousandths of the normal speed.</summary>
    public const ushort SpeedMilliMax = 2000;

    /// <summary>The largest CLIP score, in millionths.</summary>
    public const uint ScoreMillionthsMax = 1_000_000;
}
