using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;

namespace Nsn.Engine.Soak;

/// <summary>How silos and clients of the soak are set up.</summary>
public static class Cluster
{
    private static readonly TimeSpan s_responseTimeout = TimeSpan.FromSeconds(5);

    /// <summary>A silo that stops in good order when its input ends.</summary>
    public static async Task RunSiloAsync(string connectionString, int port, string cluster)
    {
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Logging.AddSimpleConsole(console => console.SingleLine = true).SetMinimumLevel(LogLevel.Warning);
        builder.Services.AddSingleton(_ => new Witness(connectionString));
        builder.UseOrleans(silo =>
        {
            silo.ConfigureEndpoints(IPAddress.Loopback, port, 0);
            silo.Configure<ClusterOptions>(options => options.ClusterId = options.ServiceId = cluster);
            silo.Configure<SiloMessagingOptions>(options => options.ResponseTimeout = s_responseTimeout);
            silo.Configure<ReminderOptions>(options => options.MinimumReminderPeriod = TimeSpan.FromMilliseconds(100));
            silo.UseAdoNetClustering(options => options.ConnectionString = connectionString);
            silo.AddAdoNetGrainStorageAsDefault(options => options.ConnectionString = connectionString);
            silo.UseAdoNetReminderService(options => options.ConnectionString = connectionString);
        });
        using var host = builder.Build();
        await host.StartAsync();
        Console.WriteLine("ready");
        await Console.In.ReadToEndAsync();
        await host.StopAsync();
    }

    public static async Task<IHost> StartClientAsync(string connectionString, string cluster)
    {
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.UseOrleansClient(client =>
        {
            client.Configure<ClusterOptions>(options => options.ClusterId = cluster);
            client.Configure<ClientMessagingOptions>(options => options.ResponseTimeout = s_responseTimeout);
            client.UseAdoNetClustering(options => options.ConnectionString = connectionString);
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
