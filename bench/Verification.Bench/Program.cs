using System.Globalization;
using System.Text.Json;
using Nsn.Verification.Bench;

// Does verification verify? Honest clips and cheats with fixed seeds; thresholds from one half of the identities, results from the other.
var json = Argument("--json", null);
var pack = Argument("--pack", null) ?? FindPack();
var identities = int.Parse(Argument("--identities", "16")!, CultureInfo.InvariantCulture);
var seconds = int.Parse(Argument("--seconds", "3")!, CultureInfo.InvariantCulture);
var size = int.Parse(Argument("--size", "256")!, CultureInfo.InvariantCulture);

await using var experiment = new Experiment(pack, seconds, size);
var samples = new List<Sample>();
for (var identity = 0; identity < identities; identity++)
{
    samples.AddRange(await experiment.RunAsync(identity));
    Console.Error.WriteLine($"{identity + 1}/{identities} identities, {samples.Count} clips");
}

var report = Evaluation.Of(samples, experiment.PackName, seconds, size);
Console.WriteLine(report.ToText());
if (json is not null)
    await File.WriteAllTextAsync(json, JsonSerializer.Serialize(report, new JsonSerializerOptions { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower }) + "\n");
if (Argument("--svg", null) is { } svg)
    await File.WriteAllTextAsync(svg, RocPlot.Draw(report.Checks));
return 0;

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
