namespace Nsn.Vortex;

/// <summary>How far the published clip is from the one that was made again.</summary>
/// <param name="Frames">Indices of the frames that were made again.</param>
/// <param name="Distances">For each its distance: root mean square difference of luma and chroma, 0 to 255.</param>
/// <param name="SoundDistance">Distance of the sounds' spectra, 0 (equal) to 2.</param>
public sealed record RegenerationReport(IReadOnlyList<int> Frames, IReadOnlyList<double> Distances, double SoundDistance);
