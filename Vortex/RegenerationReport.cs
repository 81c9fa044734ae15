namespace Nsn.Vortex;

/// <summary>How far the published clip is from the one that was made again.</summary>
/// <param name="Frames">Indices of the frames that were made again.</param>
/// <param name="Distances">For each its distance: root mean square difference of the worst twentieth of 64 x 64 blocks, 0 to 255.</param>
/// <param name="Sharpness">Detail of the published frames relative to the made ones; 1 is equal, an upscaled picture has less.</param>
/// <param name="SoundDistance"><see cref="Verification.SoundDistance"/> of the sound and the one made again, in decibel.</param>
public sealed record RegenerationReport(IReadOnlyList<int> Frames, IReadOnlyList<double> Distances, double Sharpness, double SoundDistance);
