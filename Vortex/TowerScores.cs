namespace Nsn.Vortex;

/// <summary>How well frames fit a prompt in the eyes of two encoders of different architecture.</summary>
/// <param name="A">Cosine of the first tower, -1 to 1.</param>
/// <param name="B">Cosine of the second tower, -1 to 1.</param>
/// <param name="Ensemble">Weighted mean with the pack's weights (0.4 and 0.6 for CLIP, A10 of the facts).</param>
/// <param name="Outlier">The towers differ by more than the pack's gap: one of them was probably fooled.</param>
/// <param name="Passed">Both reach the pack's thresholds.</param>
public sealed record TowerScores(double A, double B, double Ensemble, bool Outlier, bool Passed);
