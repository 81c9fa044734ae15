using System.Globalization;
using System.Text;

namespace Nsn.Verification.Bench;

/// <summary>Verdicts with the shipped thresholds, and with thresholds from the even identities judged on the odd ones; a ROC per check and per verdict.</summary>
internal sealed record Evaluation
{
    private static readonly string[] s_regeneration = ["frame distance", "spot", "texture", "sharpness", "sound distance", "added sound", "sound shift"];

    public required string Pack { get; init; }

    public required string Machine { get; init; }

    public required int ClipSeconds { get; init; }

    public required int Size { get; init; }

    public required IReadOnlyList<int> Identities { get; init; }

    /// <summary>Clips whose verdict, when they were measured, was another than the shipped thresholds give now: they were measured before a threshold changed.</summary>
    public required int JudgedOtherwise { get; init; }

    /// <summary>The verifier as it is shipped, on the odd identities: as directors use it.</summary>
    public required Verdict Shipped { get; init; }

    /// <summary>The same without regeneration: as who has no model to draw with.</summary>
    public required Verdict ShippedLight { get; init; }

    /// <summary>Thresholds from the honest clips of the even identities, on the odd ones.</summary>
    public required Verdict Chosen { get; init; }

    public required Verdict ChosenLight { get; init; }

    public required IReadOnlyList<Check> Checks { get; init; }

    public required IReadOnlyDictionary<string, IReadOnlyDictionary<string, double[]>> Ranges { get; init; }

    /// <summary>Whether there are identities enough to draw thresholds from, and one to judge them on.</summary>
    public static bool IsPossible(List<Sample> samples) =>
        samples.Where(sample => sample.Identity % 2 == 0).DistinctBy(sample => sample.Identity).Count() >= ToleranceLimit.LeastCount
        && samples.Exists(sample => sample.Identity % 2 == 1);

    public static Evaluation Of(List<Sample> samples, string pack, IReadOnlyDictionary<string, double> limits, int seconds, int size)
    {
        var train = samples.Where(sample => sample.Identity % 2 == 0).ToList();
        var test = samples.Where(sample => sample.Identity % 2 == 1).ToList();
        var names = train.First(sample => !sample.Structural).Measures.Keys.ToArray();
        var checks = names.Select(name => CheckOf(name, limits[name], train, test, names.Length)).ToArray();
        var light = checks.Where(check => !s_regeneration.Contains(check.Name)).ToArray();
        var accepts = samples.ConvertAll(sample => !sample.Structural && checks.All(check => !(sample.Measures[check.Name] > check.Shipped)));
        return new Evaluation
        {
            Pack = pack,
            Machine = $"{Environment.ProcessorCount} cores, {System.Runtime.InteropServices.RuntimeInformation.OSArchitecture}",
            ClipSeconds = seconds,
            Size = size,
            Identities = [.. samples.Select(sample => sample.Identity).Distinct().Order()],
            JudgedOtherwise = samples.Where((sample, i) => sample.Accepted != accepts[i]).Count(),
            Shipped = Verdict.Of(test, checks, check => check.Shipped),
            ShippedLight = Verdict.Of(test, light, check => check.Shipped),
            Chosen = Verdict.Of(test, checks, check => check.Chosen),
            ChosenLight = Verdict.Of(test, light, check => check.Chosen),
            Checks = checks,
            Ranges = samples.GroupBy(sample => sample.Kind).ToDictionary(
                group => group.Key,
                group => (IReadOnlyDictionary<string, double[]>)names.ToDictionary(
                    name => name,
                    name => Range([.. group.Where(sample => !sample.Structural).Select(sample => sample.Measures[name])]))),
        };
    }

    /// <summary>The verdicts' and the checks' curves, by name.</summary>
    public IEnumerable<(string Name, Roc Roc)> Curves() =>
    [
        ("verdict, as shipped", Shipped.Roc), ("verdict, thresholds chosen", Chosen.Roc), ("verdict without regeneration", ChosenLight.Roc),
        .. Checks.Select(check => (check.Name, check.Roc)),
    ];

    public string ToText()
    {
        var text = new StringBuilder();
        void Line(FormattableString line) => text.AppendLine(line.ToString(CultureInfo.InvariantCulture));
        Line($"pack {Pack}, {Size} x {Size}, {ClipSeconds} s, {Identities.Count} identities");
        if (JudgedOtherwise > 0)
            Line($"{JudgedOtherwise} clips were judged with other thresholds than now when they were measured; the rates below are with those of now");
        foreach (var (name, verdict) in new[]
        {
            ("as shipped, on the odd identities", Shipped), ("as shipped, without regeneration", ShippedLight),
            ("thresholds from the even identities, on the odd ones", Chosen), ("the same without regeneration", ChosenLight),
        })
        {
            Line($"{name}: {verdict.Honest} honest clips and {verdict.Cheats} cheats, honest_accept {verdict.HonestAccept:0.0000}, cheat_reject {verdict.CheatReject:0.0000}, AUC {verdict.Roc.AreaUnderCurve:0.0000}");
            foreach (var (kind, rate) in verdict.Kinds)
                Line($"  {(rate.Honest ? "honest" : "cheat")}: {kind}: {rate.Rejected} of {rate.Clips} rejected{(rate.First.Count > 0 ? ", by " : "")}{string.Join(", ", rate.First.Select(pair => $"{pair.Key} {pair.Value}"))}");
        }

        foreach (var check in Checks)
            Line($"{check.Name}: shipped {check.Shipped:0.0000}, chosen {check.Chosen:0.0000}, honest mean {check.HonestMean:0.0000} and worst {check.HonestWorst:0.0000}, AUC against all cheats {check.Roc.AreaUnderCurve:0.000}");
        foreach (var (kind, measures) in Ranges)
            Line($"{kind}: {string.Join("; ", measures.Select(pair => FormattableString.Invariant($"{pair.Key} {pair.Value[0]:0.00}..{pair.Value[1]:0.00}..{pair.Value[2]:0.00}")))}");
        return text.ToString();
    }

    // Honest clips of one identity are nearly the same measurement, so the worst of each identity is one observation; cheats have no say.
    private static Check CheckOf(string name, double shipped, List<Sample> train, List<Sample> test, int checks)
    {
        var worst = train.Where(sample => sample.Honest).GroupBy(sample => sample.Identity)
            .Select(identity => identity.Max(sample => sample.Measures[name])).ToArray();
        return new Check(
            name, shipped, ToleranceLimit.Of(worst, Targets.HonestReject / checks), worst.Average(), worst.Max(),
            Roc.Of(test, sample => sample.Structural ? double.PositiveInfinity : sample.Measures[name]));
    }

    private static double[] Range(double[] values)
    {
        if (values.Length == 0)
            return [0, 0, 0];
        Array.Sort(values);
        return [values[0], values[values.Length / 2], values[^1]];
    }

    private static class Targets
    {
        public const double HonestReject = .005;
    }

    /// <summary>One check: its shipped and its chosen threshold, how honest clips of the even identities measure, and its curve on the odd ones.</summary>
    internal sealed record Check(string Name, double Shipped, double Chosen, double HonestMean, double HonestWorst, Roc Roc);

    /// <summary>What became of the clips of one kind, and which checks found the rejected ones, each clip counted for the one that saw it best.</summary>
    internal sealed record KindRate(bool Honest, int Clips, int Rejected, IReadOnlyDictionary<string, int> First)
    {
        public double Reject => (double)Rejected / Clips;
    }

    internal sealed record Verdict(
        int Honest, int Cheats, double HonestAccept, double CheatReject, double LeastRejectOfAKind, IReadOnlyDictionary<string, KindRate> Kinds, Roc Roc)
    {
        /// <summary>
        /// A clip's score is the largest of its checks' values, each put on a scale on which the honest mean is 0 and the threshold 1: above 1 is a
        /// rejection, and moving that 1 moves all thresholds together, which is what the verdict's curve shows.
        /// </summary>
        public static Verdict Of(List<Sample> clips, Check[] checks, Func<Check, double> limit)
        {
            (double Score, string By) Judge(Sample sample)
            {
                if (sample.Structural)
                    return (double.PositiveInfinity, "form");
                var (score, by) = (double.NegativeInfinity, "");
                foreach (var check in checks)
                {
                    var room = limit(check) - check.HonestMean;
                    var value = (sample.Measures[check.Name] - check.HonestMean) / room;
                    if (room <= 0)
                        value = sample.Measures[check.Name] > limit(check) ? double.PositiveInfinity : double.NegativeInfinity;
                    if (value > score)
                        (score, by) = (value, check.Name);
                }

                return (score, by);
            }

            var judged = clips.ConvertAll(sample => (Sample: sample, Verdict: Judge(sample)));
            var kinds = judged.GroupBy(clip => clip.Sample.Kind).ToDictionary(
                group => group.Key,
                group =>
                {
                    var rejected = group.Where(clip => clip.Verdict.Score > 1).ToArray();
                    return new KindRate(
                        group.First().Sample.Honest, group.Count(), rejected.Length,
                        rejected.GroupBy(clip => clip.Verdict.By).OrderByDescending(by => by.Count()).ToDictionary(by => by.Key, by => by.Count()));
                });
            var honest = kinds.Values.Where(kind => kind.Honest).ToArray();
            var cheats = kinds.Values.Where(kind => !kind.Honest).ToArray();
            return new Verdict(
                honest.Sum(kind => kind.Clips),
                cheats.Sum(kind => kind.Clips),
                1 - ((double)honest.Sum(kind => kind.Rejected) / honest.Sum(kind => kind.Clips)),
                (double)cheats.Sum(kind => kind.Rejected) / cheats.Sum(kind => kind.Clips),
                cheats.Min(kind => kind.Reject),
                kinds,
                Roc.Of(clips, sample => Judge(sample).Score));
        }
    }
}
