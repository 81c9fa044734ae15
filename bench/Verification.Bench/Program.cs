using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Nsn.Verification.Bench;

if (args is ["prompts", ..])
    return await PromptsAsync();

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
var store = new SampleStore(Argument("--state", null), $"pack {experiment.PackHash}, {seconds} s, {size} x {size}, experiment 2");

// Identities side by side: much of one is one thread's work. What is measured does not depend on what runs beside it.
var open = Enumerable.Range(first, identities).Where(identity => !store.Has(identity)).ToArray();
var clips = 0;
var left = 0;
await Parallel.ForEachAsync(open, new ParallelOptions { MaxDegreeOfParallelism = Number("--workers", Environment.ProcessorCount) }, async (identity, _) =>
{
    if (clock.Elapsed > stopAfter)
    {
        Interlocked.Increment(ref left);
        return;
    }

    store.Add(await experiment.RunAsync(identity, sample => Console.Error.WriteLine(FormattableString.Invariant(
        $"{clock.Elapsed.TotalSeconds,6:0} s  identity {identity}  clip {Interlocked.Increment(ref clips),4}  {(sample.Accepted ? "accepted" : "rejected")}  {sample.Kind}"))));
});
if (left > 0)
{
    Console.Error.WriteLine($"stopped with {left} of {identities} identities left; the same command goes on from there");
    return 75;
}

if (kinds.Length > 0)
{
    foreach (var sample in store.Samples)
        Console.WriteLine($"{sample.Identity} {sample.Kind}: {string.Join(", ", sample.Measures.Select(pair => FormattableString.Invariant($"{pair.Key} {pair.Value:0.000}")))}");
    return 0;
}

var samples = store.Samples.FindAll(sample => sample.Identity >= first && sample.Identity < first + identities);
if (!Evaluation.IsPossible(samples))
{
    Console.Error.WriteLine($"measured, not evaluated: thresholds need {ToleranceLimit.LeastCount} even identities, and an odd one to be judged on");
    return 1;
}

var report = Evaluation.Of(samples, experiment.PackName, Shipped.Limits(pack), seconds, size);
Console.WriteLine(report.ToText());
if (json is not null)
    await File.WriteAllTextAsync(json, JsonSerializer.Serialize(report, new JsonSerializerOptions { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower }) + "\n");
if (Argument("--svg", null) is { } svg)
    await File.WriteAllTextAsync(svg, RocPlot.Draw([.. report.Curves()]));
return 0;

// What of the clips of what people type is accepted, and for what else?
async Task<int> PromptsAsync()
{
    var rounds = Number("--rounds", 20);
    var rows = new List<Acceptance.Row>();
    await using var acceptance = new Acceptance(Argument("--pack", null) ?? FindPack(), Number("--seconds", 2));
    await Parallel.ForEachAsync(
        Enumerable.Range(Number("--first-round", 0), rounds), new ParallelOptions { MaxDegreeOfParallelism = Number("--workers", Environment.ProcessorCount) }, async (round, _) =>
        {
            var made = await acceptance.RunAsync(round);
            lock (rows)
            {
                rows.AddRange(made);
                Console.Error.WriteLine($"{rows.Count,5} of {rounds * PromptForms.All.Count} clips");
            }
        });
    Console.WriteLine(Acceptance.Table(rows));
    if (Argument("--json", null) is { } file)
        await File.WriteAllTextAsync(file, Acceptance.ToJson(rows) + "\n");
    return 0;
}

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
