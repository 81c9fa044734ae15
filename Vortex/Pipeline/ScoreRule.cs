using Nsn.Vortex.Packs;

namespace Nsn.Vortex.Pipeline;

/// <summary>Turns two cosines into scores by a pack's weights and thresholds.</summary>
internal sealed record ScoreRule(double WeightA, double WeightB, double MinimumA, double MinimumB, double Minimum, double Gap)
{
    /// <summary>Used when a pack was not calibrated: it then rejects only what is plainly another picture.</summary>
    private const double DefaultMinimum = .15;
    private const double DefaultGap = .45;

    public static ScoreRule Of(ModelPack pack, double weightA, double weightB) => new(
        weightA,
        weightB,
        pack.Manifest.Threshold("tower_a", DefaultMinimum),
        pack.Manifest.Threshold("tower_b", DefaultMinimum),
        pack.Manifest.Threshold("ensemble", -1),
        pack.Manifest.Threshold("outlier_gap", DefaultGap));

    /// <summary>Scores a picture.</summary>
    /// <param name="a">Cosine of the first tower.</param>
    /// <param name="b">Cosine of the second tower.</param>
    /// <param name="understood">The towers know a word of the prompt; else their scores say nothing and cannot fail the picture.</param>
    public TowerScores Score(double a, double b, bool understood = true)
    {
        var ensemble = ((a * WeightA) + (b * WeightB)) / (WeightA + WeightB);
        return new(a, b, ensemble, understood && Math.Abs(a - b) > Gap, !understood || (a >= MinimumA && b >= MinimumB && ensemble >= Minimum));
    }
}
