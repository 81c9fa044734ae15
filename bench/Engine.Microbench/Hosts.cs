using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Nsn.Engine.Microbench;

/// <summary>A silo for the benchmarks that need one. It listens on ports that are free.</summary>
internal static class Hosts
{
    public const string Streams = "live";

    public static IHost StartSilo(Action<ISiloBuilder>? configure = null)
    {
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Logging.SetMinimumLevel(LogLevel.Error);
        builder.UseOrleans(silo =>
        {
            silo.UseLocalhostClustering(siloPort: 0, gatewayPort: 0);
            silo.AddMemoryGrainStorage("PubSubStore");
            silo.AddMemoryStreams(Streams);
            configure?.Invoke(silo);
        });
        var host = builder.Build();
        host.Start();
        return host;
    }

    public static void Stop(IHost host)
    {
        host.StopAsync().GetAwaiter().GetResult();
        host.Dispose();
    }
}
