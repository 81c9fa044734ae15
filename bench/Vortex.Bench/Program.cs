using System.Text.Json;
using Nsn.Vortex.Bench;

// Generation: speed of a clip, memory over many clips, several requests at once. `-- all --json FILE`, or one of: clip, codecs, memory, together.
var what = args.FirstOrDefault(argument => !argument.StartsWith('-')) ?? "all";
var pack = Argument("--pack") ?? FindPack();
var clips = Number("--clips", 64);
var seconds = Number("--seconds", 5);
var requests = Number("--requests", 8);
string[] known = ["all", "clip", "codecs", "memory", "together"];
if (!known.Contains(what))
{
    Console.Error.WriteLine($"'{what}' is not one of {string.Join(", ", known)}.");
    return 2;
}

var results = new Dictionary<string, object>
{
    ["machine"] = $"{Environment.ProcessorCount} cores, {System.Runtime.InteropServices.RuntimeInformation.OSArchitecture}",
};
await using var generation = new Generation(pack);
if (what is "all" or "clip")
    results["clip"] = await generation.ClipAsync();
if (what is "all" or "codecs")
    results["codecs"] = await Generation.CodecsAsync(pack);
if (what is "all" or "together")
    results["together"] = await generation.TogetherAsync(requests, seconds);
if (what is "all" or "memory")
    results["memory"] = await generation.MemoryAsync(clips, seconds);

var text = JsonSerializer.Serialize(results, new JsonSerializerOptions { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower });
Console.WriteLine(text);
if (Argument("--json") is { } json)
    await File.WriteAllTextAsync(json, text + "\n");
return 0;

int Number(string name, int otherwise) => Argument(name) is { } text ? int.Parse(text, System.Globalization.CultureInfo.InvariantCulture) : otherwise;

string? Argument(string name)
{
    var index = Array.IndexOf(args, name);
    return index >= 0 && index + 1 < args.Length ? args[index + 1] : null;
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
