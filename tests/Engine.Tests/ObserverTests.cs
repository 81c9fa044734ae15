using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Time.Testing;
using Nsn.Engine.Runtime.Cluster;
using Nsn.Engine.Runtime.Silos;
using Orleans.Streams;
using Orleans.TestingHost;

namespace Nsn.Engine.Tests;

/// <summary>Observers are held weakly: who makes one has to hold it.</summary>
public sealed class ObserverTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_observer_that_nobody_holds_is_forgotten_and_calls_of_it_say_so(bool inClient)
    {
        var time = new FakeTimeProvider();
        var gateway = Ports.Free();
        using var silo = await TestHost.StartAsync(builder =>
        {
            if (!inClient)
                builder.Services.AddSingleton<TimeProvider>(time);
            builder.UseOrleans(silo => silo.UseLocalhostClustering(Ports.Free(), gateway));
        });
        using var client = await TestHost.StartAsync(builder =>
        {
            if (inClient)
                builder.Services.AddSingleton<TimeProvider>(time);
            builder.UseOrleansClient(cluster => cluster.UseLocalhostClustering(gateway));
        });
        var host = inClient ? client : silo;
        var node = host.Services.GetRequiredService<Node>();
        var grains = host.Services.GetRequiredService<IGrainFactory>();
        var held = new Listener();
        var kept = grains.CreateObjectReference<IListener>(held);
        var dropped = Drop(grains);
        GC.Collect();
        GC.WaitForPendingFinalizers();

        await Assert.ThrowsAsync<ClientNotAvailableException>(() => dropped.Hear("who is there?"));
        Assert.Equal("yes", await kept.Hear("and you?"));
        var before = node.Observers.Activations.Count;
        time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(before - 1, node.Observers.Activations.Count);
        Assert.Equal("yes", await kept.Hear("still?"));
        GC.KeepAlive(held);
        await client.StopAsync(TestContext.Current.CancellationToken);
        await silo.StopAsync(TestContext.Current.CancellationToken);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_observer_is_heard_through_every_silo_after_its_clients_gateway_has_gone(bool inGoodOrder)
    {
        await using var cluster = new TestClusterBuilder(3).Build();
        await cluster.DeployAsync();
        var held = new Listener();
        var observer = cluster.Client.CreateObjectReference<IListener>(held).GetGrainId();
        for (var round = 0; round < 2; round++)
        {
            var gateway = (await EntryOfClientAsync(cluster))!.SiloAddress;
            if (inGoodOrder)
                await cluster.GetSiloForAddress(gateway)!.StopSiloAsync(stopGracefully: true);
            else
                await cluster.GetSiloServiceProvider(gateway).GetRequiredService<Silo>().KillAsync(); // the judge does not know yet
            await cluster.StartAdditionalSiloAsync();
            foreach (var silo in cluster.Silos.Where(silo => !silo.SiloAddress.Equals(gateway)))
            {
                var factory = cluster.GetSiloServiceProvider(silo.SiloAddress).GetRequiredService<IGrainFactory>();
                await Until.WorksAsync($"{silo.SiloAddress} reaches the observer", async () => Assert.Equal("yes", await factory.GetGrain(observer).AsReference<IListener>().Hear("still there?")));
            }

            await cluster.GetSiloForAddress(gateway)!.StopSiloAsync(stopGracefully: false);
        }

        GC.KeepAlive(held);
    }

    [Fact]
    public async Task A_client_is_found_through_its_gateway_when_the_one_on_record_was_another_and_has_gone()
    {
        await using var cluster = new TestClusterBuilder(3).Build();
        await cluster.DeployAsync();
        var held = new Listener();
        var observer = cluster.Client.CreateObjectReference<IListener>(held).GetGrainId();
        var gateway = (await EntryOfClientAsync(cluster))!.SiloAddress;
        var others = cluster.Silos.Where(silo => !silo.SiloAddress.Equals(gateway)).Select(silo => cluster.GetSiloServiceProvider(silo.SiloAddress)).ToArray();
        var onRecord = others[0].GetRequiredService<Silo>();
        await onRecord.OnClientConnectedAsync(cluster.ServiceProvider.GetRequiredService<Node>().Address); // as when it looked for a gateway twice at once
        Assert.Equal(onRecord.Address, (await EntryOfClientAsync(cluster))!.SiloAddress);
        await onRecord.KillAsync(); // the judge does not know yet
        var factory = others[1].GetRequiredService<IGrainFactory>();
        await Until.WorksAsync("a third silo reaches the observer", async () => Assert.Equal("yes", await factory.GetGrain(observer).AsReference<IListener>().Hear("still there?")));
        GC.KeepAlive(held);
    }

    [Fact]
    public async Task A_client_that_cannot_be_found_for_a_moment_keeps_its_live_streams()
    {
        const int Streams = 12;
        var builder = new TestClusterBuilder(3);
        builder.AddSiloBuilderConfigurator<Live>().AddClientBuilderConfigurator<Live>();
        await using var cluster = builder.Build();
        await cluster.DeployAsync();
        var heard = new ConcurrentDictionary<int, int>();
        for (var i = 0; i < Streams; i++)
        {
            var number = i;
            await StreamOf(i).SubscribeAsync((item, _) =>
            {
                heard[number] = item;
                return Task.CompletedTask;
            });
        }

        var directory = cluster.GetSiloServiceProvider(cluster.Primary.SiloAddress).GetRequiredService<InMemoryCluster>();
        await directory.UnregisterAsync((await EntryOfClientAsync(cluster))!, TestContext.Current.CancellationToken);
        for (var i = 0; i < Streams; i++)
            await StreamOf(i).OnNextAsync(1);
        await cluster.StartAdditionalSiloAsync(); // the view changes: the gateway sees that its client is not on record
        for (var i = 0; i < Streams; i++)
        {
            var number = i;
            await Until.WorksAsync($"stream {i} delivers", async () =>
            {
                await StreamOf(number).OnNextAsync(2);
                Assert.Equal(2, heard.GetValueOrDefault(number));
            });
        }

        IAsyncStream<int> StreamOf(int i) => cluster.ServiceProvider.GetRequiredKeyedService<IStreamProvider>("live").GetStream<int>(StreamId.Create("numbers", $"moment {i}"));
    }

    private sealed class Live : ISiloConfigurator, IClientBuilderConfigurator
    {
        public void Configure(ISiloBuilder siloBuilder) => siloBuilder.AddMemoryStreams("live");
        public void Configure(IConfiguration configuration, IClientBuilder clientBuilder) => clientBuilder.AddMemoryStreams("live");
    }

    [Fact]
    public async Task The_directory_forgets_a_client_that_has_gone()
    {
        await using var cluster = new TestClusterBuilder(2).Build();
        await cluster.DeployAsync();
        var client = cluster.ServiceProvider.GetRequiredService<Node>().Address;
        Assert.NotNull(await EntryOfClientAsync(cluster, client));
        await cluster.StopClusterClientAsync();
        await Until.WorksAsync("the directory has no entry of the client", async () => Assert.Null(await EntryOfClientAsync(cluster, client)));
    }

    private static ValueTask<GrainAddress?> EntryOfClientAsync(TestCluster cluster, SiloAddress? client = null) =>
        cluster.GetSiloServiceProvider(cluster.Silos[0].SiloAddress).GetRequiredService<InMemoryCluster>().LookupAsync(
            GrainId.Create("sys.client", (client ?? cluster.ServiceProvider.GetRequiredService<Node>().Address).ToParsableString()),
            TestContext.Current.CancellationToken);

    /// <summary>In a method of its own, so that no register holds the observer.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static IListener Drop(IGrainFactory grains) => grains.CreateObjectReference<IListener>(new Listener());

    private sealed class Listener : IListener
    {
        public Task<string> Hear(string text) => Task.FromResult("yes");
    }
}

/// <summary>Hears.</summary>
public interface IListener : IGrainObserver
{
    Task<string> Hear(string text);
}
