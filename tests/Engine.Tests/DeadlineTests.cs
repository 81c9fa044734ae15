using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Nsn.Engine.Runtime.Cluster;
using Nsn.Engine.Runtime.Silos;
using Orleans.Concurrency;
using Orleans.TestingHost;

namespace Nsn.Engine.Tests;

public interface IWorkerGrain : IGrainWithIntegerKey
{
    Task<int> Take(Trap trap);
}

[StatelessWorker(1)]
public sealed class WorkerGrain : Grain, IWorkerGrain
{
    public Task<int> Take(Trap trap) => Task.FromResult(trap.Value);
}

/// <summary>Does something while it is copied for a call.</summary>
[GenerateSerializer]
public sealed class Trap
{
    private Action? _onCopy;
    private int _value;

    public void Set(Action onCopy) => _onCopy = onCopy;

    [Id(0)]
    public int Value
    {
        get
        {
            Interlocked.Exchange(ref _onCopy, null)?.Invoke();
            return _value;
        }
        set => _value = value;
    }
}

/// <summary>Whatever a call waits for, it ends: with an answer, or in its time.</summary>
public sealed class DeadlineTests
{
    private const string Lost = "lost";
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task A_call_whose_stateless_worker_ends_just_now_gets_another_and_no_empty_pool_is_left()
    {
        using var host = await TestHost.StartAsync(builder => builder.UseOrleans(silo => silo.UseLocalhostClustering(siloPort: 0, gatewayPort: 0)));
        var silo = host.Services.GetRequiredService<Silo>();
        var grain = host.Services.GetRequiredService<IGrainFactory>().GetGrain<IWorkerGrain>(1);
        Assert.Equal(1, await grain.Take(new Trap { Value = 1 }));
        var sprung = false;
        var trap = new Trap { Value = 2 };
        trap.Set(() =>
        {
            silo.Collect(TimeSpan.Zero);
            sprung = SpinWait.SpinUntil(() => silo.ActivationCount == 0, s_limit);
        });
        Assert.Equal(2, await grain.Take(trap).WaitAsync(s_limit, TestContext.Current.CancellationToken));
        Assert.True(sprung, "The worker did not end while the call was on its way: the test tests nothing.");

        Assert.Equal(1, silo.WorkerPoolCount);
        silo.Collect(TimeSpan.Zero);
        await Until.HoldsAsync("the pool is gone with its last worker", () => silo.WorkerPoolCount == 0);
        Assert.Equal(3, await grain.Take(new Trap { Value = 3 }));
        await host.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_call_of_a_client_that_has_no_gateway_ends_in_its_time()
    {
        var gateway = Ports.Free();
        using var silo = await TestHost.StartAsync(builder => builder.UseOrleans(silo => silo.UseLocalhostClustering(Ports.Free(), gateway)));
        using var client = await TestHost.StartAsync(builder => builder.UseOrleansClient(cluster => cluster.UseLocalhostClustering(gateway)));
        var grain = client.Services.GetRequiredService<IGrainFactory>().GetGrain<IKnotGrain>("far");
        Assert.Equal(1, await grain.End());
        await silo.StopAsync(TestContext.Current.CancellationToken);
        await Until.WorksAsync("the client has noticed, and its call ends", async () =>
        {
            var failure = await Assert.ThrowsAsync<TimeoutException>(() => grain.End().WaitAsync(s_limit, TestContext.Current.CancellationToken));
            Assert.Contains("knot/far.End", failure.Message, StringComparison.Ordinal);
        });
        await client.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_call_that_waits_for_the_directory_ends_in_its_time()
    {
        var builder = new TestClusterBuilder(2);
        builder.AddSiloBuilderConfigurator<LoseLookups>();
        await using var cluster = builder.Build();
        await cluster.DeployAsync();
        var grain = cluster.GetSiloServiceProvider(cluster.Primary.SiloAddress).GetRequiredService<IGrainFactory>().GetGrain<IKnotGrain>(Lost);
        var failure = await Assert.ThrowsAsync<TimeoutException>(() => grain.End().WaitAsync(s_limit, TestContext.Current.CancellationToken));
        Assert.Contains("knot/lost.End", failure.Message, StringComparison.Ordinal);
        Assert.Equal(1, await cluster.Client.GetGrain<IKnotGrain>("found").End());
    }

    private sealed class LoseLookups : ISiloConfigurator
    {
        public void Configure(ISiloBuilder siloBuilder) => siloBuilder.Services.Replace(
            ServiceDescriptor.Singleton<IGrainDirectory>(provider => new LossyDirectory(provider.GetRequiredService<InMemoryCluster>())));
    }

    /// <summary>Never answers about one grain.</summary>
    private sealed class LossyDirectory(InMemoryCluster directory) : IGrainDirectory
    {
        public ValueTask<GrainAddress?> LookupAsync(GrainId grainId, CancellationToken cancellationToken) =>
            grainId.Key.ToString() == Lost ? new(new TaskCompletionSource<GrainAddress?>().Task) : directory.LookupAsync(grainId, cancellationToken);

        public ValueTask<GrainAddress> RegisterAsync(GrainAddress proposed, CancellationToken cancellationToken) => directory.RegisterAsync(proposed, cancellationToken);
        public ValueTask UnregisterAsync(GrainAddress address, CancellationToken cancellationToken) => directory.UnregisterAsync(address, cancellationToken);
    }
}
