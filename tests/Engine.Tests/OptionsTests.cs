using System.Net;
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

    [Fact]
    public Task A_gateway_that_may_send_no_call_on_does_not_start() => FailsAsync(silo => silo.Configure<SiloMessagingOptions>(options => options.MaxForwardCount = 0), "MaxForwardCount");

    /// <summary>Two processes that each judge for themselves would both have every grain.</summary>
    [Fact]
    public void A_second_local_silo_is_told_to_use_a_judge_that_both_can_ask()
    {
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.UseOrleans(silo =>
        {
            silo.UseLocalhostClustering(11111, 30000, new IPEndPoint(IPAddress.Loopback, 11111)); // the first is its own primary
            foreach (var primary in new[] { new IPEndPoint(IPAddress.Loopback, 11111), new IPEndPoint(IPAddress.Parse("192.0.2.1"), 11112) })
            {
                var failure = Assert.Throws<ArgumentException>("primarySiloEndpoint", () => silo.UseLocalhostClustering(11112, 30001, primary));
                Assert.Contains("UseAdoNetClustering", failure.Message, StringComparison.Ordinal);
            }
        });
    }

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
