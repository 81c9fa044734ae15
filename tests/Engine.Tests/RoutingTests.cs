using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Nsn.Engine.Runtime.Cluster;
using Orleans.TestingHost;

namespace Nsn.Engine.Tests;

/// <summary>Where calls go, and whom that is asked of.</summary>
public sealed class RoutingTests
{
    private static int s_lookups;

    [Fact]
    public async Task Calls_of_clients_to_grains_elsewhere_ask_the_directory_no_second_time()
    {
        var builder = new TestClusterBuilder(3);
        builder.AddSiloBuilderConfigurator<CountLookups>();
        await using var cluster = builder.Build();
        await cluster.DeployAsync();
        var grains = Enumerable.Range(0, 60).Select(i => cluster.Client.GetGrain<ICounterGrain>(i)).ToList();
        foreach (var grain in grains)
            await grain.Ping(1);
        var first = Volatile.Read(ref s_lookups);
        Assert.True(first > 0, "Nobody asked the directory: the test tests nothing.");
        for (var round = 0; round < 3; round++)
        {
            foreach (var grain in grains)
                Assert.Equal(round + 1, await grain.Ping(round));
        }

        Assert.Equal(first, Volatile.Read(ref s_lookups));
    }

    private sealed class CountLookups : ISiloConfigurator
    {
        public void Configure(ISiloBuilder siloBuilder) => siloBuilder.Services.Replace(
            ServiceDescriptor.Singleton<IGrainDirectory>(provider => new CountingDirectory(provider.GetRequiredService<InMemoryCluster>())));
    }

    private sealed class CountingDirectory(InMemoryCluster directory) : IGrainDirectory
    {
        public ValueTask<GrainAddress?> LookupAsync(GrainId grainId, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref s_lookups);
            return directory.LookupAsync(grainId, cancellationToken);
        }

        public ValueTask<GrainAddress> RegisterAsync(GrainAddress proposed, CancellationToken cancellationToken) => directory.RegisterAsync(proposed, cancellationToken);
        public ValueTask UnregisterAsync(GrainAddress address, CancellationToken cancellationToken) => directory.UnregisterAsync(address, cancellationToken);
    }
}
