namespace Nsn.Vortex;

/// <summary>Measurements of picture and sound that need no model.</summary>
public sealed record IntegrityChecks
{
    /// <summary>Mean absolute difference of luma between successive frames, 0 to 255; a frozen picture has (nearly) 0.</summary>
    public required double Motion { get; init; }

    /// <summary>Longest run of successive frames that do not differ, in seconds.</summary>
    public required double LongestStill { get; init; }

    /// <summary>Mean luma, 16 to 235.</summary>
    public required double Brightness { get; init; }

    /// <summary>Mean standard deviation of luma within a frame.</summary>
    public required double Contrast { get; init; }

    /// <summary>Root mean square of the sound in its quietest second, in dB relative to full scale.</summary>
    public required double LoudnessDecibel { get; init; }

    /// <summary>Correlation of the movement of the lower face with the sound's level, -1 to 1; NaN when nobody speaks.</summary>
    public required double MouthSync { get; init; }

    /// <summary>Largest mean difference of luma between successive frames, 0 to 255; a cut stands out.</summary>
    public required double LargestChange { get; init; }
}
