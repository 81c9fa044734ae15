using System.Net;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;

namespace Nsn.Samples.ThreeSilos;

/// <summary>How silos and the client are set up: everything of the cluster is in one database.</summary>
internal static class Cluster
{
    private const string Id = "three-silos";
    private static readonly TimeSpan s_responseTimeout = TimeSpan.FromSeconds(5);

    public static async Task RunSiloAsync(string database, int port)
    {
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Logging.AddSimpleConsole(console => console.SingleLine = true).SetMinimumLevel(LogLevel.Error);
        builder.UseOrleans(silo =>
        {
            silo.ConfigureEndpoints(IPAddress.Loopback, port, 0);
            silo.Configure<ClusterOptions>(options => options.ClusterId = options.ServiceId = Id);
            silo.Configure<SiloMessagingOptions>(options => options.ResponseTimeout = s_responseTimeout);
            silo.UseAdoNetClustering(options => options.ConnectionString = database);
            silo.AddAdoNetGrainStorageAsDefault(options => options.ConnectionString = database);
        });
        using var host = builder.Build();
        await host.StartAsync();
        await Console.In.ReadToEndAsync();
        await host.StopAsync();
    }

    public static async Task<IHost> StartClientAsync(string database)
    {
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.UseOrleansClient(client =>
        {
            client.Configure<ClusterOptions>(options => options.ClusterId = Id);
            client.Configure<ClientMessagingOptions>(options => options.ResponseTimeout = s_responseTimeout);
            client.UseAdoNetClustering(options => options.ConnectionString = database);
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
