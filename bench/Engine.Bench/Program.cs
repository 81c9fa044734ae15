using System.Text.Json;
using Nsn.Engine.Bench;

// dotnet run -c Release --project bench/Engine.Bench -- all --json FILE
// dotnet run -c Release --project bench/Engine.Bench -- silo SILO-PORT GATEWAY-PORT   (what "remote" starts for itself)
if (args is ["silo", var siloPort, var gatewayPort])
{
    await Hosts.RunSiloUntilInputEndsAsync(int.Parse(siloPort), int.Parse(gatewayPort));
    return 0;
}

var wanted = args.FirstOrDefault(argument => !argument.StartsWith('-')) ?? "all";
var figures = new SortedDictionary<string, double>();
foreach (var (name, run) in Workloads.All)
{
    if (wanted != "all" && wanted != name)
        continue;
    Console.Error.WriteLine($"{name} ...");
    foreach (var (key, value) in await run())
    {
        figures[key] = Math.Round(value, value < 100 ? 2 : 0);
        Console.Error.WriteLine($"  {key} = {figures[key]}");
    }
}

var json = JsonSerializer.Serialize(figures, JsonSerializerOptions.Web);
Console.WriteLine(json);
var file = Array.IndexOf(args, "--json") is >= 0 and var at && at + 1 < args.Length ? args[at + 1] : null;
if (file is not null)
    await File.WriteAllTextAsync(file, json + "\n");
return 0;
