namespace Nsn.Vortex;

/// <summary>How far two clips are from each other.</summary>
/// <param name="Cosine">Cosine of their embeddings, -1 to 1.</param>
/// <param name="FrameDistance">Largest distance of frames at the same time, 0 to 255; infinite when the sizes differ.</param>
/// <param name="SoundDistance"><see cref="Verification.SoundDistance"/> of the sounds, in decibel.</param>
public sealed record ClipDistance(double Cosine, double FrameDistance, double SoundDistance);
