using System.Globalization;
using Nsn.Engine.Soak;
using Nsn.Samples.ThreeSilos;

// dotnet run -c Release --project samples/ThreeSilos [-- --postgres "Host=...;Username=...;Database=..."] [--kill-after SECONDS] [--seconds SECONDS]
//
// Starts PostgreSQL, three silos as processes of their own and a client, and counts with ten grains. README.md says what to do then and what is to be seen.
if (args is ["silo", var connection, var port])
{
    await Cluster.RunSiloAsync(connection, int.Parse(port, CultureInfo.InvariantCulture));
    return 0;
}

string? Value(string name) => Array.IndexOf(args, name) is >= 0 and var at && at + 1 < args.Length ? args[at + 1] : null;
TimeSpan? Seconds(string name) => Value(name) is { } text ? TimeSpan.FromSeconds(double.Parse(text, CultureInfo.InvariantCulture)) : null;

await using var server = new PostgreSqlServer();
if (Value("--postgres") is null)
{
    Console.WriteLine("starting PostgreSQL");
    await server.InitializeAsync();
}

var database = Value("--postgres") ?? server.ConnectionString;
var silos = Enumerable.Range(1, 3).Select(number => new SiloProcess($"silo {number}", database)).ToList();
try
{
    using var client = await Cluster.StartClientAsync(database);
    using var end = new CancellationTokenSource();
    Console.CancelKeyPress += (_, pressed) =>
    {
        pressed.Cancel = true;
        end.Cancel();
    };
    if (Seconds("--seconds") is { } length)
        end.CancelAfter(length);
    var watch = new Watch(client, silos) { KillAfter = Seconds("--kill-after") };
    await watch.RunAsync(end.Token);
    await client.StopAsync();
    return watch.Lost == 0 ? 0 : 1;
}
finally
{
    foreach (var silo in silos)
        silo.Dispose();
}
