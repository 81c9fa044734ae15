using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;

namespace Nsn.Engine.Bench;

/// <summary>Silos and clients for the workloads.</summary>
internal static class Hosts
{
    public static Task<IHost> StartSiloAsync(int siloPort = 21111, int gatewayPort = 23000) => StartAsync(silo =>
    {
        silo.UseLocalhostClustering(siloPort, gatewayPort);
        silo.AddMemoryGrainStorageAsDefault();
        silo.AddMemoryGrainStorage("PubSubStore");
        silo.AddMemoryStreams("live");
    });

    public static async Task<IHost> StartAsync(Action<ISiloBuilder> configure)
    {
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Logging.SetMinimumLevel(LogLevel.Error);
        builder.UseOrleans(configure);
        var host = builder.Build();
        await host.StartAsync();
        return host;
    }

    public static async Task<IHost> StartClientAsync(int gatewayPort)
    {
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Logging.SetMinimumLevel(LogLevel.Error);
        builder.UseOrleansClient(client => client.UseLocalhostClustering(gatewayPort));
        var host = builder.Build();
        await host.StartAsync();
        return host;
    }

    /// <summary>A silo of a cluster of several processes. PostgreSQL judges who is a member; the Microsoft packages let the first silo keep the list.</summary>
    /// <param name="siloPort">Where other silos reach it.</param>
    /// <param name="gatewayPort">Where clients do; 0 for nowhere.</param>
    /// <param name="cluster">The cluster's id.</param>
    /// <param name="judge">The connection string of the database; with the Microsoft packages the port of the first silo.</param>
    public static Task<IHost> StartMemberAsync(int siloPort, int gatewayPort, string cluster, string judge) => StartAsync(silo =>
    {
#if GRAIN_ENGINE_EMBEDDED
        silo.ConfigureEndpoints(IPAddress.Loopback, siloPort, gatewayPort);
        silo.Configure<ClusterOptions>(options => options.ClusterId = options.ServiceId = cluster);
        silo.UseAdoNetClustering(options => options.ConnectionString = judge);
#else
        silo.UseLocalhostClustering(siloPort, gatewayPort, new IPEndPoint(IPAddress.Loopback, int.Parse(judge)), cluster, cluster);
#endif
    });

    /// <summary>A silo that is a cluster of its own, or with two arguments more a member of one.</summary>
    /// <param name="arguments">Silo port, gateway port, cluster and judge, as for <see cref="StartMemberAsync"/>.</param>
    public static async Task RunSiloUntilInputEndsAsync(params string[] arguments)
    {
        var (siloPort, gatewayPort) = (int.Parse(arguments[0]), int.Parse(arguments[1]));
        using var host = arguments is [_, _, var cluster, var judge] ? await StartMemberAsync(siloPort, gatewayPort, cluster, judge) : await StartSiloAsync(siloPort, gatewayPort);
        Console.WriteLine("ready");
        await Console.In.ReadToEndAsync();
        await host.StopAsync();
    }

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
