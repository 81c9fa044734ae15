using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Nsn.Engine.Runtime.Cluster;
using Orleans.TestingHost;

namespace Nsn.Engine.Tests;

public interface IWandererGrain : IGrainWithIntegerKey
{
    ValueTask<int> Ping(int value);
    Task Leave();
}

/// <summary>A grain that is soon active elsewhere.</summary>
public sealed class WandererGrain : Grain, IWandererGrain
{
    public ValueTask<int> Ping(int value) => new(value + 1);

    public Task Leave()
    {
        DeactivateOnIdle();
        return Task.CompletedTask;
    }
}

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

    /// <summary>Silos that remember where grains were must not send a call to and fro between them.</summary>
    [Fact]
    public async Task Grains_that_wander_are_found_whatever_silos_remember()
    {
        await using var cluster = new TestClusterBuilder(3).Build();
        await cluster.DeployAsync();
        var factories = cluster.Silos.Select(silo => cluster.GetSiloServiceProvider(silo.SiloAddress).GetRequiredService<IGrainFactory>()).ToList();
        var random = new Random(1);
        for (var round = 0; round < 2000; round++)
        {
            var grain = factories[random.Next(factories.Count)].GetGrain<IWandererGrain>(random.Next(4));
            Assert.Equal(round + 1, await grain.Ping(round));
            if (random.Next(3) == 0)
                await grain.Leave();
        }
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
