namespace Nsn.Vortex;

/// <summary>How far the published clip is from the one that was made again.</summary>
/// <param name="Frames">Indices of the frames that were made again: those asked for, then those that the verifier chose after it saw the clip.</param>
/// <param name="Distances">For each its distance: root mean square difference of the worst twentieth of 64 x 64 blocks, 0 to 255.</param>
/// <param name="Sharpness">Detail of a published frame relative to the made one, where it is least; 1 is equal, an upscaled picture has less.</param>
/// <param name="SoundDistance"><see cref="Verification.SoundDistance"/> of the sound and the one made again, in decibel.</param>
public sealed record RegenerationReport(IReadOnlyList<int> Frames, IReadOnlyList<double> Distances, double Sharpness, double SoundDistance)
{
    /// <summary>Largest root mean square difference of the worst of 512 parts of a frame's blocks: a small mark stands out.</summary>
    public double Spot { get; init; }

    /// <summary>Largest root mean square difference of pixels in the worst of 128 parts of a frame: a pattern within the blocks stands out.</summary>
    public double Texture { get; init; }

    /// <summary>By how much the loudest band that the sound has more of than the one made again exceeds it for a fifth of a second, in decibel.</summary>
    public double AddedSound { get; init; }

    /// <summary>By how much the sound fits the one made again better when it is moved, in correlation, in the second where that is most.</summary>
    public double SoundShift { get; init; }
}
