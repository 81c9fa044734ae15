using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Orleans.Configuration;

namespace Nsn.Engine.Tests;

public sealed class OptionsTests
{
    [Fact]
    public Task A_cluster_without_a_name_does_not_start() => FailsAsync(silo => silo.Configure<ClusterOptions>(options => options.ClusterId = " "), "ClusterId");

    [Fact]
    public Task A_response_timeout_of_nothing_does_not_start() => FailsAsync(silo => silo.Configure<SiloMessagingOptions>(options => options.ResponseTimeout = TimeSpan.Zero), "ResponseTimeout");

    [Fact]
    public Task A_port_that_is_none_does_not_start() => FailsAsync(silo => silo.Configure<EndpointOptions>(options => options.SiloPort = 70_000), "SiloPort");

    private static async Task FailsAsync(Action<ISiloBuilder> configure, string name)
    {
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.UseOrleans(silo =>
        {
            silo.UseLocalhostClustering(Ports.Free(), 0);
            configure(silo);
        });
        using var host = builder.Build();
        var failure = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync(TestContext.Current.CancellationToken));
        Assert.Contains(name, failure.Message, StringComparison.Ordinal);
    }
}
