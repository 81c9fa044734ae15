using System.Diagnostics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

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

    /// <summary>A silo in a process of its own; it ends when its input does.</summary>
    public static async Task<Process> StartSiloProcessAsync(int siloPort, int gatewayPort)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!, Environment.ProcessPath!.EndsWith("dotnet", StringComparison.Ordinal)
            ? [typeof(Hosts).Assembly.Location, "silo", $"{siloPort}", $"{gatewayPort}"]
            : ["silo", $"{siloPort}", $"{gatewayPort}"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        var process = Process.Start(start)!;
        while (await process.StandardOutput.ReadLineAsync() is { } line && line != "ready")
            continue;
        return process;
    }

    public static async Task RunSiloUntilInputEndsAsync(int siloPort, int gatewayPort)
    {
        using var host = await StartSiloAsync(siloPort, gatewayPort);
        Console.WriteLine("ready");
        await Console.In.ReadToEndAsync();
        await host.StopAsync();
    }
}
