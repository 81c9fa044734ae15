namespace Nsn.Verification.Bench;

/// <summary>How many honest clips and how many cheats a threshold rejects, for every threshold.</summary>
/// <param name="AreaUnderCurve">Chance that a cheat measures worse than an honest clip.</param>
/// <param name="Curve">Points of the share of honest clips and the share of cheats that are rejected, from the strictest threshold to the mildest.</param>
internal sealed record Roc(double AreaUnderCurve, double[][] Curve)
{
    /// <summary>The curve of a score that is worse when larger.</summary>
    public static Roc Of(IEnumerable<Sample> clips, Func<Sample, double> score)
    {
        var scored = clips.Select(clip => (clip.Honest, Score: score(clip))).ToArray();
        var honest = scored.Where(clip => clip.Honest).Select(clip => clip.Score).ToArray();
        var cheats = scored.Where(clip => !clip.Honest).Select(clip => clip.Score).ToArray();
        var area = cheats.SelectMany(_ => honest, (cheat, good) => cheat > good ? 1 : cheat < good ? 0 : .5).Average();

        // The curve rises between two honest clips and goes right at one, so its corners lie at the honest clips' scores.
        var corners = honest.Distinct().Order().SelectMany(threshold => new[]
        {
            Point(value => value >= threshold), Point(value => value > threshold),
        });
        return new Roc(area, [[1, 1], .. corners, [0, 0]]);

        double[] Point(Func<double, bool> rejects) =>
            [honest.Count(rejects) / (double)honest.Length, cheats.Count(rejects) / (double)cheats.Length];
    }
}
