using Nsn.Vortex.Packs;

namespace Nsn.Vortex.Pipeline;

/// <summary>Turns two cosines into scores by a pack's weights and thresholds.</summary>
internal sealed record ScoreRule(double WeightA, double WeightB, double MinimumA, double MinimumB, double Gap)
{
    /// <summary>Used when a pack was not calibrated: it then rejects only what is plainly another picture.</summary>
    private const double DefaultMinimum = .15;
    private const double DefaultGap = .45;

    public static ScoreRule Of(ModelPack pack, double weightA, double weightB) => new(
        weightA,
        weightB,
        pack.Manifest.Threshold("tower_a", DefaultMinimum),
        pack.Manifest.Threshold("tower_b", DefaultMinimum),
        pack.Manifest.Threshold("outlier_gap", DefaultGap));

    public TowerScores Score(double a, double b) => new(
        a,
        b,
        ((a * WeightA) + (b * WeightB)) / (WeightA + WeightB),
        Math.Abs(a - b) > Gap,
        a >= MinimumA && b >= MinimumB);
}
