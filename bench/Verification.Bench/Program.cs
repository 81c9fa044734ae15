using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Nsn.Verification.Bench;

// Does verification verify? Honest clips and cheats with fixed seeds; thresholds from one half of the identities, results from the other.
var json = Argument("--json", null);
var pack = Argument("--pack", null) ?? FindPack();
var first = Number("--first-identity", 0); // so that thresholds are judged on identities that they were not chosen on
var identities = Number("--identities", 16);
var seconds = Number("--seconds", 2);
var size = Number("--size", 256);
var stopAfter = TimeSpan.FromMinutes(double.Parse(Argument("--minutes", "1440")!, CultureInfo.InvariantCulture));

var clock = Stopwatch.StartNew();
string[] kinds = Argument("--kinds", null)?.Split(',') ?? []; // a part of the experiment, to look at one check; it is not evaluated
var otherDevice = Argument("--other-device", null); // cuda or webgpu: one more honest variant, made there
await using var experiment = new Experiment(pack, seconds, size, kinds, otherDevice);
var store = new SampleStore(Argument("--state", null), $"pack {experiment.PackHash}, {seconds} s, {size} x {size}");
for (var identity = first; identity < first + identities; identity++)
{
    if (store.Has(identity))
        continue;
    if (clock.Elapsed > stopAfter)
    {
        Console.Error.WriteLine($"stopped before identity {identity} of {first} to {first + identities - 1}; the same command goes on from there");
        return 75;
    }

    var number = identity - first;
    var done = 0;
    store.Add(await experiment.RunAsync(identity, sample => Console.Error.WriteLine(FormattableString.Invariant(
        $"{clock.Elapsed.TotalSeconds,6:0} s  identity {number + 1}/{identities}  clip {++done,2}  {(sample.Accepted ? "accepted" : "rejected")}  {sample.Kind}"))));
}

if (kinds.Length > 0)
{
    foreach (var sample in store.Samples)
        Console.WriteLine($"{sample.Identity} {sample.Kind}: {string.Join(", ", sample.Measures.Select(pair => FormattableString.Invariant($"{pair.Key} {pair.Value:0.000}")))}");
    return 0;
}

var samples = store.Samples.FindAll(sample => sample.Identity >= first && sample.Identity < first + identities);
var report = Evaluation.Of(samples, experiment.PackName, seconds, size);
Console.WriteLine(report.ToText());
if (json is not null)
    await File.WriteAllTextAsync(json, JsonSerializer.Serialize(report, new JsonSerializerOptions { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower }) + "\n");
if (Argument("--svg", null) is { } svg)
    await File.WriteAllTextAsync(svg, RocPlot.Draw(report.Checks));
return 0;

int Number(string name, int otherwise) =>
    Argument(name, null) is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;

string? Argument(string name, string? otherwise)
{
    var index = Array.IndexOf(args, name);
    return index >= 0 && index + 1 < args.Length ? args[index + 1] : otherwise;
}

static string FindPack()
{
    for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
    {
        var candidate = Path.Combine(folder.FullName, "models", "toon", "pack");
        if (Directory.Exists(candidate))
            return candidate;
    }

    throw new DirectoryNotFoundException("There is no models/toon/pack above the program; give --pack.");
}
