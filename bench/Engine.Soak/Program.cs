using System.Globalization;
using System.Text.Json;
using Nsn.Engine.Soak;

// dotnet run -c Release --project bench/Engine.Soak -- [--kills 200] [--pauses 5] [--pause-seconds 30] [--outages 5] [--outage-seconds 3] [--changes 100] [--counters 60] [--pace-milliseconds 5] [--postgres CONNECTION-STRING] [--json FILE]
//
// Without --postgres it starts a server of its own. A line for each event, at the end one JSON object, also when something took too long. Ends with 1 then, and when an
// acknowledged write was lost, two activations acted at once, a reminder had two owners for longer than a tick, or no call was answered in outages that were shorter than a lease.
if (args is ["silo", var connection, var port, var cluster])
{
    await Cluster.RunSiloAsync(connection, int.Parse(port, CultureInfo.InvariantCulture), cluster);
    return 0;
}

string? Value(string name) => Array.IndexOf(args, name) is >= 0 and var at && at + 1 < args.Length ? args[at + 1] : null;
int Number(string name, int otherwise) => Value(name) is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;

await using var server = new PostgreSqlServer();
if (Value("--postgres") is null)
    await server.InitializeAsync();
var options = new SoakOptions { Kills = Number("--kills", 0), Pauses = Number("--pauses", 0), Pause = TimeSpan.FromSeconds(Number("--pause-seconds", 30)), Outages = Number("--outages", 0), Outage = TimeSpan.FromSeconds(Number("--outage-seconds", 3)), Changes = Number("--changes", 0), Counters = Number("--counters", 60), Pace = TimeSpan.FromMilliseconds(Number("--pace-milliseconds", 5)) };
await using var run = new SoakRun(Value("--postgres") ?? server.ConnectionString, options, Console.Error.WriteLine) { Server = server };
SoakReport report;
try
{
    report = await run.RunAsync();
}
catch (Exception exception)
{
    Console.Error.WriteLine(exception);
    report = await run.ReportAsync() with { Failure = exception.Message.Split('\n')[0] };
}

var json = JsonSerializer.Serialize(report, JsonSerializerOptions.Web);
Console.WriteLine(json);
if (Value("--json") is { } file)
    await File.WriteAllTextAsync(file, json + "\n");
var broken = report.Broken(options).ToList();
broken.ForEach(Console.Error.WriteLine);
return broken.Count == 0 ? 0 : 1;
