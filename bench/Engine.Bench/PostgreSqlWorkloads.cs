using System.Diagnostics;
using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Nsn.Engine.Soak;
using Orleans.Configuration;

namespace Nsn.Engine.Bench;

/// <summary>The workloads that a database takes part in: judge, directory, states and streams in PostgreSQL. Commits wait for the disk.</summary>
internal static class PostgreSqlWorkloads
{
    private const int ActivationCount = 50_000;
    private const int ActivationCallers = 1000;

    public static async Task<List<(string Key, double Value)>> RunAsync(string? connectionString)
    {
        await using var server = new PostgreSqlServer { WaitsForDisk = true };
        if (connectionString is null)
        {
            await server.InitializeAsync();
            connectionString = server.ConnectionString;
        }

        using var host = await StartAsync(connectionString);
        var factory = host.Services.GetRequiredService<IGrainFactory>();
        await Workloads.Activate(factory, 1_000_000, 10_000, ActivationCallers);
        var clock = Stopwatch.StartNew();
        await Workloads.Activate(factory, 0, ActivationCount, ActivationCallers);
        var activations = ActivationCount / clock.Elapsed.TotalSeconds;
        await Workloads.WritesPerSecond(host);
        var writes = await Workloads.WritesPerSecond(host);
        var idle = await Workloads.IdleItem(host, "durable");
        await host.StopAsync();
        return [("activations_postgres_per_s", activations), ("state_writes_postgres_per_s", writes), ("stream_durable_idle_ms", idle)];
    }

    private static Task<IHost> StartAsync(string connectionString)
    {
        var cluster = $"bench-{Guid.NewGuid():N}";
        return Hosts.StartAsync(silo =>
        {
            silo.ConfigureEndpoints(IPAddress.Loopback, 21113, 0);
            silo.Configure<ClusterOptions>(options => options.ClusterId = options.ServiceId = cluster);
            silo.UseAdoNetClustering(options => options.ConnectionString = connectionString);
            silo.AddAdoNetGrainStorageAsDefault(options => options.ConnectionString = connectionString);
            silo.AddPostgreSqlStreams("durable", options => options.ConnectionString = connectionString);
        });
    }
}
