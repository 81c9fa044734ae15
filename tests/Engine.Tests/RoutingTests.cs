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

public interface ISettledGrain : IGrainWithIntegerKey
{
    ValueTask<int> Ping(int value);
}

/// <summary>A grain that can be active on one silo only, as one that stands for a device of it.</summary>
[Orleans.Placement.PreferLocalPlacement]
public sealed class SettledGrain(ILocalSiloDetails silo) : Grain, ISettledGrain
{
    /// <summary>The silo where it can be.</summary>
    public static SiloAddress? Home { get; set; }

    /// <summary>Ends when it begins elsewhere; what it waits for there before it says no.</summary>
    public static TaskCompletionSource Begun { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public static TaskCompletionSource Refuses { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        if (silo.SiloAddress.Equals(Home))
            return;
        Begun.TrySetResult();
        await Refuses.Task;
        throw new InvalidOperationException("Not here.");
    }

    public ValueTask<int> Ping(int value) => new(value + 1);
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

    /// <summary>Where the activation of a grain fails, nobody goes on sending calls there: it may be active elsewhere the next time.</summary>
    [Fact]
    public async Task A_silo_that_could_not_activate_a_grain_is_not_remembered_as_its_place()
    {
        var limit = TimeSpan.FromSeconds(30);
        var cancellation = TestContext.Current.CancellationToken;
        await using var cluster = new TestClusterBuilder(2).Build();
        await cluster.DeployAsync();
        ISettledGrain[] grains = [.. cluster.Silos.Select(silo => cluster.GetSiloServiceProvider(silo.SiloAddress).GetRequiredService<IGrainFactory>().GetGrain<ISettledGrain>(1))];
        SettledGrain.Home = cluster.Silos[1].SiloAddress;

        var elsewhere = grains[0].Ping(1).AsTask();
        await SettledGrain.Begun.Task.WaitAsync(limit, cancellation);
        var home = grains[1].Ping(1).AsTask(); // goes to where the directory says that it begins
        SettledGrain.Refuses.SetResult();
        await Assert.ThrowsAsync<InvalidOperationException>(() => elsewhere).WaitAsync(limit, cancellation);
        await Assert.ThrowsAsync<InvalidOperationException>(() => home).WaitAsync(limit, cancellation);

        Assert.Equal(3, await grains[1].Ping(2));
        Assert.Equal(4, await grains[0].Ping(3));
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
