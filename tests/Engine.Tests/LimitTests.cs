using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Nsn.Engine.Runtime.Silos;
using Orleans.Configuration;
using Orleans.Statistics;
using Orleans.TestingHost;

namespace Nsn.Engine.Tests;

public interface IQueueGrain : IGrainWithStringKey
{
    Task Wait();
    Task<int> Work(int value);
    [ResponseTimeout("00:00:01")]
    Task Heed(CancellationToken cancellationToken);
}

public sealed class QueueGrain(LimitTests.Signal signal) : Grain, IQueueGrain
{
    public Task Wait() => signal.Task;

    public Task Heed(CancellationToken cancellationToken)
    {
        cancellationToken.Register(() => signal.TrySetResult());
        return signal.Over.Task;
    }

    public Task<int> Work(int value)
    {
        signal.Worked.Enqueue(value);
        return Task.FromResult(value);
    }
}

public interface IKnotGrain : IGrainWithStringKey
{
    Task<int> Tie(IKnotGrain other, IKnotGrain back);
    Task<int> TieBack(IKnotGrain back);
    [ResponseTimeout("00:00:02")]
    Task<int> End();
}

public sealed class KnotGrain : Grain, IKnotGrain
{
    public Task<int> Tie(IKnotGrain other, IKnotGrain back) => other.TieBack(back);
    public Task<int> TieBack(IKnotGrain back) => back.End();
    public Task<int> End() => Task.FromResult(1);
}

public sealed class LimitTests
{
    [Fact]
    public async Task A_grain_with_too_many_calls_waiting_refuses_more_and_answers_those_it_took()
    {
        var signal = new Signal();
        using var host = await TestHost.StartAsync(builder =>
        {
            builder.Services.AddSingleton(signal);
            builder.UseOrleans(silo => silo.UseLocalhostClustering(Ports.Free(), 0).Configure<SiloMessagingOptions>(options => options.MaxEnqueuedRequestsHardLimit = 10));
        });
        var grain = host.Services.GetRequiredService<IGrainFactory>().GetGrain<IQueueGrain>("full");
        await grain.Work(0);
        var holds = grain.Wait();
        var calls = Enumerable.Range(0, 50).Select(i => grain.Work(i)).ToList();
        await Until.HoldsAsync("some calls are refused", () => calls.Any(call => call.IsFaulted));
        signal.SetResult();
        await holds;
        await Until.HoldsAsync("every call ends", () => calls.All(call => call.IsCompleted));
        Assert.InRange(calls.Count(call => call.IsCompletedSuccessfully), 1, 11);
        foreach (var refused in calls.Where(call => call.IsFaulted))
            Assert.IsType<LimitExceededException>(refused.Exception!.InnerException);
        await host.StopAsync(TestContext.Current.CancellationToken);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_call_that_waited_longer_than_its_caller_is_not_run(bool drops)
    {
        var responseTimeout = TimeSpan.FromSeconds(1);
        var signal = new Signal();
        var gateway = Ports.Free();
        using var host = await TestHost.StartAsync(builder =>
        {
            builder.Services.AddSingleton(signal);
            builder.UseOrleans(silo => silo.UseLocalhostClustering(Ports.Free(), gateway).Configure<SiloMessagingOptions>(options => options.DropExpiredMessages = drops));
        });
        using var client = await TestHost.StartAsync(builder => builder.UseOrleansClient(cluster =>
            cluster.UseLocalhostClustering(gateway).Configure<ClientMessagingOptions>(options => options.ResponseTimeout = responseTimeout)));
        var grain = client.Services.GetRequiredService<IGrainFactory>().GetGrain<IQueueGrain>("late");
        await grain.Work(0);
        var silo = host.Services.GetRequiredService<Silo>();
        var activation = Assert.Single(silo.Grains, activation => activation.GrainId == grain.GetGrainId());
        var (holds, late) = (grain.Wait(), grain.Work(1));
        await Until.HoldsAsync("the silo has both calls", () => activation.Load == 2);
        var since = silo.Now;
        await Assert.ThrowsAsync<TimeoutException>(() => late);
        await Assert.ThrowsAsync<TimeoutException>(() => holds);
        await Until.HoldsAsync("the time of both is over for the silo, too", () => silo.Now > since + responseTimeout.TotalMilliseconds);

        signal.SetResult();
        Assert.Equal(2, await grain.Work(2));
        Assert.Equal(drops ? [0, 2] : [0, 1, 2], signal.Worked);
        await client.StopAsync(TestContext.Current.CancellationToken);
        await host.StopAsync(TestContext.Current.CancellationToken);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_callee_is_told_by_its_token_that_nobody_waits_any_more_unless_the_options_say_otherwise(bool cancels)
    {
        var signal = new Signal();
        using var host = await TestHost.StartAsync(builder =>
        {
            builder.Services.AddSingleton(signal);
            builder.UseOrleans(silo => silo.UseLocalhostClustering(Ports.Free(), 0).Configure<SiloMessagingOptions>(options => options.CancelRequestOnTimeout = cancels));
        });
        var factory = host.Services.GetRequiredService<IGrainFactory>();
        using var never = new CancellationTokenSource();
        await Assert.ThrowsAsync<TimeoutException>(() => factory.GetGrain<IQueueGrain>("heeds").Heed(never.Token));
        if (cancels)
            await signal.Task.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        await Assert.ThrowsAsync<TimeoutException>(() => factory.GetGrain<IQueueGrain>("later").Heed(never.Token)); // by then the first would have been told
        Assert.Equal(cancels, signal.Task.IsCompleted);
        signal.Over.SetResult();
        await host.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_deadlock_names_the_chain_and_the_grain_that_waits_for_itself()
    {
        using var host = await TestHost.StartAsync(builder => builder.UseOrleans(silo => silo.UseLocalhostClustering(Ports.Free(), 0)));
        var factory = host.Services.GetRequiredService<IGrainFactory>();
        var (first, second) = (factory.GetGrain<IKnotGrain>("first"), factory.GetGrain<IKnotGrain>("second"));
        var timeout = await Assert.ThrowsAsync<TimeoutException>(() => first.Tie(second, first));
        Assert.Contains("knot/first.Tie -> knot/second.TieBack -> knot/first.End", timeout.Message, StringComparison.Ordinal);
        Assert.Contains("Deadlock: knot/first", timeout.Message, StringComparison.Ordinal);
        await host.StopAsync(TestContext.Current.CancellationToken);
    }

    [Theory]
    [InlineData(90, 0)]
    [InlineData(50, 20)]
    public async Task Memory_pressure_makes_activations_old_sooner(int percentInUse, int left)
    {
        var time = new FakeTimeProvider();
        using var host = await TestHost.StartAsync(builder =>
        {
            builder.Services.AddSingleton<TimeProvider>(time);
            builder.Services.AddSingleton<IEnvironmentStatisticsProvider>(new Memory(percentInUse));
            builder.UseOrleans(silo => silo.UseLocalhostClustering(Ports.Free(), 0).Configure<GrainCollectionOptions>(options =>
            {
                options.EnableActivationSheddingOnMemoryPressure = true;
                options.CollectionAge = TimeSpan.FromMinutes(20);
                options.CollectionQuantum = TimeSpan.FromMinutes(1);
            }));
        });
        var factory = host.Services.GetRequiredService<IGrainFactory>();
        for (var i = 0; i < 20; i++)
            await factory.GetGrain<ICounterGrain>(i).Ping(i);
        var silo = host.Services.GetRequiredService<Silo>();
        Assert.Equal(20, silo.ActivationCount);
        for (var minute = 0; minute < 4; minute++)
            time.Advance(TimeSpan.FromMinutes(1)); // twice a tenth of the age
        await Until.HoldsAsync($"{left} activations are left; there are {silo.ActivationCount}", () => silo.ActivationCount == left);
        await host.StopAsync(TestContext.Current.CancellationToken);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Calls_are_answered_while_silos_leave_in_good_order(bool ofClient)
    {
        await using var cluster = new TestClusterBuilder(3).Build();
        await cluster.DeployAsync();
        var stop = false;
        var answers = new int[8];
        var factory = ofClient ? cluster.GrainFactory : cluster.GetSiloServiceProvider(cluster.Primary.SiloAddress).GetRequiredService<IGrainFactory>();
        var callers = Enumerable.Range(0, answers.Length).Select(caller => Task.Run(
            async () =>
            {
                for (var i = 0; !Volatile.Read(ref stop); i++)
                {
                    Assert.Equal(i + 1, await factory.GetGrain<ICounterGrain>(((caller * 100) + i) % 200).Ping(i));
                    Volatile.Write(ref answers[caller], i + 1);
                    await Task.Yield(); // calls that are answered at once would keep a thread of the pool for good
                }
            },
            TestContext.Current.CancellationToken)).ToList();
        await Until.HoldsAsync("every caller gets answers", () => callers.Exists(caller => caller.IsFaulted) || answers.All(count => count > 0));
        foreach (var silo in cluster.SecondarySilos.ToList())
            await cluster.StopSiloAsync(silo);
        if (ofClient)
        {
            // Now the first leaves, too: whichever was the client's gateway is gone.
            await cluster.StartAdditionalSiloAsync();
            await cluster.StopSiloAsync(cluster.Primary);
        }

        var before = answers.ToArray();
        await Until.HoldsAsync("every caller goes on", () => callers.Exists(caller => caller.IsFaulted) || before.Zip(answers).All(counts => counts.Second > counts.First));
        Volatile.Write(ref stop, true);
        await Task.WhenAll(callers);
    }

    /// <summary>What a grain waits for.</summary>
    public sealed class Signal() : TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        /// <summary>The end of what heeds nothing else.</summary>
        public TaskCompletionSource Over { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>What was worked on.</summary>
        public ConcurrentQueue<int> Worked { get; } = new();
    }

    private sealed class Memory(int percentInUse) : IEnvironmentStatisticsProvider
    {
        public EnvironmentStatistics GetEnvironmentStatistics() => new(0, percentInUse, 100 - percentInUse, 100);
    }
}
