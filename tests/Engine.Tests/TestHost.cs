using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Nsn.Engine.Tests;

/// <summary>A process's host, started: a silo or a client as the configuration makes it.</summary>
internal static class TestHost
{
    public static async Task<IHost> StartAsync(Action<HostApplicationBuilder> configure)
    {
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Logging.SetMinimumLevel(LogLevel.Error);
        configure(builder);
        var host = builder.Build();
        await host.StartAsync(TestContext.Current.CancellationToken);
        return host;
    }
}
