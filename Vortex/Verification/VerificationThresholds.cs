using Nsn.Vortex.Packs;

namespace Nsn.Vortex.Verification;

/// <summary>Where honest ends. Defaults were chosen with <c>bench/Verification.Bench</c>; a pack's manifest may carry its own.</summary>
internal sealed record VerificationThresholds
{
    /// <summary>Longest still run in seconds.</summary>
    public double StillSeconds { get; init; } = 1.5;

    /// <summary>Least mean motion, in levels.</summary>
    public double Motion { get; init; } = .02;

    /// <summary>Least contrast, in levels.</summary>
    public double Contrast { get; init; } = 8;

    /// <summary>Least loudness of any second, in dB.</summary>
    public double Loudness { get; init; } = -66;

    /// <summary>Least correlation of mouth and sound.</summary>
    public double MouthSync { get; init; } = -.2;

    /// <summary>Largest change between frames, in levels.</summary>
    public double Change { get; init; } = 26;

    /// <summary>Largest distance of a regenerated frame, in levels.</summary>
    public double FrameDistance { get; init; } = 10;

    /// <summary>Least sharpness relative to the regenerated frames.</summary>
    public double Sharpness { get; init; } = .75;

    /// <summary>Largest distance of the sound, in dB.</summary>
    public double SoundDistance { get; init; } = 4;

    /// <summary>Largest difference in a small spot of a regenerated frame, in levels.</summary>
    public double Spot { get; init; } = 25;

    /// <summary>Largest difference of pixels in a small part of a regenerated frame, in levels.</summary>
    public double Texture { get; init; } = 40;

    /// <summary>Most that a band of the sound exceeds the regenerated one for a fifth of a second, in dB.</summary>
    public double AddedSound { get; init; } = 15;

    /// <summary>Most that the sound fits the regenerated one better at another time, in correlation.</summary>
    public double SoundShift { get; init; } = .2;

    public static VerificationThresholds Of(ModelPack pack)
    {
        var defaults = new VerificationThresholds();
        double Take(string name, double otherwise) => pack.Manifest.Threshold(name, otherwise);
        return new VerificationThresholds
        {
            StillSeconds = Take("still_seconds", defaults.StillSeconds),
            Motion = Take("motion", defaults.Motion),
            Contrast = Take("contrast", defaults.Contrast),
            Loudness = Take("loudness_decibel", defaults.Loudness),
            MouthSync = Take("mouth_sync", defaults.MouthSync),
            Change = Take("frame_change", defaults.Change),
            FrameDistance = Take("frame_distance", defaults.FrameDistance),
            Sharpness = Take("sharpness", defaults.Sharpness),
            SoundDistance = Take("sound_distance_decibel", defaults.SoundDistance),
            Spot = Take("frame_spot", defaults.Spot),
            Texture = Take("frame_texture", defaults.Texture),
            AddedSound = Take("added_sound_decibel", defaults.AddedSound),
            SoundShift = Take("sound_shift", defaults.SoundShift),
        };
    }
}
