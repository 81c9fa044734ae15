using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Nsn.Samples.ThreeSilos;
using Orleans.Configuration;

namespace Nsn.Engine.PostgreSql.Tests;

[Collection(nameof(PostgreSqlCollection))]
public sealed class KillTests(PostgreSqlServer server)
{
    private const int Kills = 3;
    private const int Counters = 20;

    [Fact]
    public async Task Killed_silos_cost_seconds_and_no_acknowledged_write()
    {
        var silos = Enumerable.Range(0, 3).Select(_ => StartSilo()).ToList();
        try
        {
            using var client = await StartClientAsync();
            var factory = client.Services.GetRequiredService<IClusterClient>();
            var counters = Enumerable.Range(0, Counters).Select(i => factory.GetGrain<ICounter>($"{Guid.NewGuid():N}")).ToList();
            var acknowledged = new int[Counters];
            using var stop = new CancellationTokenSource();
            var load = counters.Select((counter, i) => CountAsync(counter, i, acknowledged, stop.Token)).ToList();
            await UntilAsync(() => acknowledged.All(count => count > 0), "every counter counted", 90);
            for (var kill = 0; kill < Kills; kill++)
            {
                silos[0].Kill(entireProcessTree: true);
                silos.RemoveAt(0);
                silos.Add(StartSilo());
                var before = acknowledged.ToArray();
                await UntilAsync(() => acknowledged.Zip(before).All(pair => pair.First > pair.Second), $"every counter went on after kill {kill + 1}", 90);
            }

            await stop.CancelAsync();
            await Task.WhenAll(load);
            for (var i = 0; i < Counters; i++)
            {
                var (count, _) = await counters[i].Increment();
                Assert.True(count > acknowledged[i], $"Counter {i} answered {count} after {acknowledged[i]} had been acknowledged.");
            }
        }
        finally
        {
            foreach (var silo in silos)
                silo.Kill(entireProcessTree: true);
        }
    }

    private static async Task CountAsync(ICounter counter, int index, int[] acknowledged, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                var (count, _) = await counter.Increment();
                Assert.True(count > acknowledged[index], $"Counter {index} went from {acknowledged[index]} to {count}.");
                Volatile.Write(ref acknowledged[index], count);
            }
            catch (Exception exception) when (exception is OrleansException or TimeoutException)
            {
                await Task.Delay(50, CancellationToken.None);
            }
        }
    }

    private static async Task UntilAsync(Func<bool> condition, string what, int seconds)
    {
        var clock = Stopwatch.StartNew();
        while (!condition())
        {
            Assert.True(clock.Elapsed.TotalSeconds < seconds, $"Within {seconds} s this did not happen: {what}.");
            await Task.Delay(50);
        }
    }

    private Process StartSilo()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();
        return Process.Start(new ProcessStartInfo("dotnet", [typeof(ICounter).Assembly.Location, server.ConnectionString, "silo", $"{port}"]))!;
    }

    private async Task<IHost> StartClientAsync()
    {
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.UseOrleansClient(client =>
        {
            client.Configure<ClusterOptions>(options => options.ClusterId = "three-silos");
            client.UseAdoNetClustering(options => options.ConnectionString = server.ConnectionString);
            client.UseConnectionRetryFilter(async (_, token) =>
            {
                await Task.Delay(200, token);
                return true;
            });
        });
        var host = builder.Build();
        await host.StartAsync();
        return host;
    }
}
