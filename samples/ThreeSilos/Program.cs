using System.Diagnostics;
using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Nsn.Samples.ThreeSilos;
using Orleans.Configuration;

// dotnet run -c Release --project samples/ThreeSilos -- "Host=127.0.0.1;Username=postgres;Database=postgres"
//
// Starts three silos as processes of their own and counts with ten grains through a client. Kill a silo (its process id is printed) and watch: its grains
// answer again on other silos within seconds, and no acknowledged count is lost. Enter ends it.
if (args.Length == 0)
{
    Console.Error.WriteLine("Say which PostgreSQL to use: dotnet run --project samples/ThreeSilos -- \"Host=...;Username=...;Database=...\"");
    return 2;
}

if (args is [_, "silo", var port])
{
    await Cluster.RunSiloAsync(args[0], int.Parse(port));
    return 0;
}

var silos = Enumerable.Range(0, 3).Select(i => Cluster.StartSiloProcess(args[0], 22_000 + i)).ToList();
try
{
    using var client = await Cluster.StartClientAsync(args[0]);
    var factory = client.Services.GetRequiredService<IClusterClient>();
    var acknowledged = new int[10];
    var ended = Console.In.ReadLineAsync();
    while (!ended.IsCompleted)
    {
        var line = new List<string>();
        for (var i = 0; i < acknowledged.Length; i++)
        {
            try
            {
                var (count, silo) = await factory.GetGrain<ICounter>($"counter {i}").Increment();
                line.Add($"{count}@{silo}{(count < acknowledged[i] ? " LOST" : "")}");
                acknowledged[i] = count;
            }
            catch (Exception exception)
            {
                line.Add(exception.GetType().Name);
            }
        }

        Console.WriteLine(string.Join("  ", line));
        await Task.WhenAny(ended, Task.Delay(500));
    }
}
finally
{
    foreach (var silo in silos.Where(silo => !silo.HasExited))
        silo.Kill();
}

return 0;

namespace Nsn.Samples.ThreeSilos
{
    public interface ICounter : IGrainWithStringKey
    {
        Task<(int Count, int Silo)> Increment();
    }

    public sealed class CounterState
    {
        public int Count { get; set; }
    }

    public sealed class Counter([PersistentState("count")] IPersistentState<CounterState> state, ILocalSiloDetails silo) : Grain, ICounter
    {
        public async Task<(int Count, int Silo)> Increment()
        {
            state.State.Count++;
            try
            {
                await state.WriteStateAsync();
            }
            catch
            {
                this.DeactivateOnIdle(); // what is in memory is not what is stored
                throw;
            }

            return (state.State.Count, silo.SiloAddress.Endpoint.Port);
        }
    }

    internal static class Cluster
    {
        private const string Id = "three-silos";

        public static Process StartSiloProcess(string connectionString, int port)
        {
            var process = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, [connectionString, "silo", $"{port}"]))!;
            Console.WriteLine($"silo {port} is process {process.Id}");
            return process;
        }

        public static async Task RunSiloAsync(string connectionString, int port)
        {
            var builder = Host.CreateApplicationBuilder();
            builder.Logging.SetMinimumLevel(LogLevel.Warning);
            builder.UseOrleans(silo =>
            {
                silo.ConfigureEndpoints(IPAddress.Loopback, port, 0);
                silo.Configure<ClusterOptions>(options => options.ClusterId = options.ServiceId = Id);
                silo.UseAdoNetClustering(options => options.ConnectionString = connectionString);
                silo.AddAdoNetGrainStorageAsDefault(options => options.ConnectionString = connectionString);
            });
            await builder.Build().RunAsync();
        }

        public static async Task<IHost> StartClientAsync(string connectionString)
        {
            var builder = Host.CreateApplicationBuilder();
            builder.Logging.SetMinimumLevel(LogLevel.Warning);
            builder.UseOrleansClient(client =>
            {
                client.Configure<ClusterOptions>(options => options.ClusterId = Id);
                client.UseAdoNetClustering(options => options.ConnectionString = connectionString);
                client.UseConnectionRetryFilter(async (_, token) =>
                {
                    await Task.Delay(500, token);
                    return true;
                });
            });
            var host = builder.Build();
            await host.StartAsync();
            return host;
        }
    }
}
