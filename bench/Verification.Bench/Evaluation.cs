using System.Globalization;
using System.Text;

namespace Nsn.Verification.Bench;

/// <summary>Thresholds from the even identities, acceptance and rejection on the odd ones, and a ROC per check.</summary>
internal sealed record Evaluation
{
    private static readonly string[] s_regeneration = ["frame distance", "sharpness", "sound distance"];

    public required string Pack { get; init; }

    public required string Machine { get; init; }

    public required int ClipSeconds { get; init; }

    public required int Size { get; init; }

    public required int HonestTested { get; init; }

    public required int CheatsTested { get; init; }

    /// <summary>The verifier as it is shipped, on all identities.</summary>
    public required Verdict Shipped { get; init; }

    public required Verdict WithRegeneration { get; init; }

    public required Verdict WithoutRegeneration { get; init; }

    public required IReadOnlyList<Check> Checks { get; init; }

    public required IReadOnlyDictionary<string, IReadOnlyDictionary<string, double[]>> Ranges { get; init; }

    public static Evaluation Of(List<Sample> samples, string pack, int seconds, int size)
    {
        var train = samples.Where(sample => sample.Identity % 2 == 0).ToList();
        var test = samples.Where(sample => sample.Identity % 2 == 1).ToList();
        var names = train.First(sample => !sample.Structural).Measures.Keys.ToArray();
        var checks = names.Select(name => CheckOf(name, train, test)).ToArray();
        return new Evaluation
        {
            Pack = pack,
            Machine = $"{Environment.ProcessorCount} cores, {System.Runtime.InteropServices.RuntimeInformation.OSArchitecture}",
            ClipSeconds = seconds,
            Size = size,
            HonestTested = test.Count(sample => sample.Honest),
            CheatsTested = test.Count(sample => !sample.Honest),
            Shipped = VerdictOf(samples, sample => !sample.Accepted),
            WithRegeneration = VerdictOf(test, Rejects(checks)),
            WithoutRegeneration = VerdictOf(test, Rejects([.. checks.Where(check => !s_regeneration.Contains(check.Name))])),
            Checks = checks,
            Ranges = samples.GroupBy(sample => sample.Kind).ToDictionary(
                group => group.Key,
                group => (IReadOnlyDictionary<string, double[]>)names.ToDictionary(
                    name => name,
                    name => Range([.. group.Where(sample => !sample.Structural).Select(sample => sample.Measures[name])]))),
        };
    }

    public string ToText()
    {
        var text = new StringBuilder();
        void Line(FormattableString line) => text.AppendLine(line.ToString(CultureInfo.InvariantCulture));
        Line($"pack {Pack}, {Size} x {Size}, {ClipSeconds} s, {HonestTested} honest clips and {CheatsTested} cheats tested");
        foreach (var (name, verdict) in new[] { ("as shipped, all identities", Shipped), ("sampled regeneration", WithRegeneration), ("without regeneration", WithoutRegeneration) })
        {
            Line($"{name}: honest_accept {verdict.HonestAccept:0.000}, cheat_reject {verdict.CheatReject:0.000}");
            foreach (var (kind, rate) in verdict.RejectByKind)
                Line($"  {kind}: {rate:0.000}");
        }

        foreach (var check in Checks)
            Line($"{check.Name}: threshold {check.Threshold:0.0000}, AUC against all cheats {check.AreaUnderCurve:0.000}");
        foreach (var (kind, measures) in Ranges)
            Line($"{kind}: {string.Join("; ", measures.Select(pair => FormattableString.Invariant($"{pair.Key} {pair.Value[0]:0.00}..{pair.Value[1]:0.00}..{pair.Value[2]:0.00}")))}");
        return text.ToString();
    }

    // The threshold lies a quarter of the way from the worst honest clip to the mildest cheat beyond it, at least a tenth above the honest spread.
    private static Check CheckOf(string name, List<Sample> train, List<Sample> test)
    {
        var honest = train.Where(sample => sample.Honest).Select(sample => sample.Measures[name]).ToArray();
        var worst = honest.Max();
        var spread = worst - honest.Min();
        var beyond = train.Where(sample => !sample.Honest && !sample.Structural).Select(sample => sample.Measures[name])
            .Where(value => value > worst + (spread * .1) + 1e-6).Order().ToArray();
        var margin = Math.Max(spread * .1, beyond.Length > 0 ? (beyond[0] - worst) * .25 : spread);
        return new Check(name, worst + margin + 1e-6, Area(name, test), Curve(name, test));
    }

    private static double Area(string name, List<Sample> test)
    {
        var honest = test.Where(sample => sample.Honest).Select(sample => sample.Measures[name]).ToArray();
        var cheats = test.Where(sample => !sample.Honest && !sample.Structural).Select(sample => sample.Measures[name]).ToArray();
        return cheats.SelectMany(_ => honest, (cheat, good) => cheat > good ? 1 : cheat < good ? 0 : .5).Average();
    }

    // Points (share of honest clips rejected, share of cheats rejected) for thresholds at every measured value, thinned to twenty.
    private static double[][] Curve(string name, List<Sample> test)
    {
        var honest = test.Where(sample => sample.Honest).Select(sample => sample.Measures[name]).ToArray();
        var cheats = test.Where(sample => !sample.Honest && !sample.Structural).Select(sample => sample.Measures[name]).ToArray();
        var values = honest.Concat(cheats).Distinct().Order().ToArray();
        return [.. Enumerable.Range(0, 21).Select(i => values[i * (values.Length - 1) / 20]).Select(threshold =>
            new[] { honest.Count(value => value > threshold) / (double)honest.Length, cheats.Count(value => value > threshold) / (double)cheats.Length })];
    }

    private static Func<Sample, bool> Rejects(Check[] checks) =>
        sample => sample.Structural || checks.Any(check => sample.Measures[check.Name] > check.Threshold);

    private static Verdict VerdictOf(List<Sample> clips, Func<Sample, bool> rejected)
    {
        double Rate(IEnumerable<Sample> some) => some.Average(sample => rejected(sample) ? 1.0 : 0);
        return new Verdict(
            1 - Rate(clips.Where(sample => sample.Honest)),
            Rate(clips.Where(sample => !sample.Honest)),
            clips.GroupBy(sample => sample.Kind).ToDictionary(group => group.Key, group => Rate(group)));
    }

    private static double[] Range(double[] values)
    {
        if (values.Length == 0)
            return [0, 0, 0];
        Array.Sort(values);
        return [values[0], values[values.Length / 2], values[^1]];
    }

    internal sealed record Verdict(double HonestAccept, double CheatReject, IReadOnlyDictionary<string, double> RejectByKind);

    internal sealed record Check(string Name, double Threshold, double AreaUnderCurve, double[][] Curve);
}
