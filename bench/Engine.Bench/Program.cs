using System.Text.Json;
using Nsn.Engine.Bench;

// dotnet run -c Release --project bench/Engine.Bench -- all [--seconds 4] [--postgres CONNECTION-STRING] [--json FILE]
// dotnet run -c Release --project bench/Engine.Bench -- silo SILO-PORT GATEWAY-PORT [CLUSTER JUDGE]   (what "remote" and "client" start for themselves)
if (args is ["silo", .. var silo])
{
    await Hosts.RunSiloUntilInputEndsAsync(silo);
    return 0;
}

string? Value(string name) => Array.IndexOf(args, name) is >= 0 and var at && at + 1 < args.Length ? args[at + 1] : null;
var wanted = args.FirstOrDefault() is { } first && !first.StartsWith('-') ? first : "all";
if (Value("--seconds") is { } seconds)
    Workloads.Time = TimeSpan.FromSeconds(double.Parse(seconds, System.Globalization.CultureInfo.InvariantCulture));
var figures = new SortedDictionary<string, double>();
foreach (var (name, run) in Workloads.All)
{
    if (wanted != "all" && wanted != name)
        continue;
    Console.Error.WriteLine($"{name} ...");
    foreach (var (key, value) in await run(Value("--postgres")))
    {
        figures[key] = Math.Round(value, value < 100 ? 2 : 0);
        Console.Error.WriteLine($"  {key} = {figures[key]}");
    }
}

var json = JsonSerializer.Serialize(figures, JsonSerializerOptions.Web);
Console.WriteLine(json);
if (Value("--json") is { } file)
    await File.WriteAllTextAsync(file, json + "\n");
return 0;
