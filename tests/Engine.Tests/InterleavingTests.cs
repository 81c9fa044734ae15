using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Concurrency;
using Orleans.Serialization.Invocation;

namespace Nsn.Engine.Tests;

public interface IPickyGrain : IGrainWithStringKey
{
    Task<int> Work(string how);
    Task Wait(string how);
    Task StartTimer(string how);
    Task<int> Ticks(string how);
    IAsyncEnumerable<int> Count(int to);
}

/// <summary>Its predicate reads the first argument of a call as a text, and does not bear one of the texts.</summary>
[MayInterleave(nameof(MayInterleave))]
public sealed class PickyGrain(InterleavingTests.Stage stage) : Grain, IPickyGrain
{
    private int _ticks;

    public static bool MayInterleave(IInvokable call) => (string)call.GetArgument(0) switch
    {
        "throw" => throw new InvalidOperationException("I do not bear this."),
        var how => how == "interleave",
    };

    public override Task OnActivateAsync(CancellationToken cancellationToken) => this.GetPrimaryKeyString() == "slow" ? stage.MayBegin.Task : Task.CompletedTask;
    public Task<int> Work(string how) => Task.FromResult(how.Length);
    public Task Wait(string how) => stage.MayEnd.Task;
    public Task<int> Ticks(string how) => Task.FromResult(_ticks);

    public Task StartTimer(string how)
    {
        this.RegisterGrainTimer(
            _ =>
            {
                _ticks++;
                return Task.CompletedTask;
            },
            new GrainTimerCreationOptions(TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(1)));
        return Task.CompletedTask;
    }

    public async IAsyncEnumerable<int> Count(int to)
    {
        for (var i = 0; i < to; i++)
        {
            await Task.Yield();
            yield return i;
        }
    }
}

/// <summary>A predicate of a grain that throws fails the call that it was asked about, and nothing else.</summary>
public sealed class InterleavingTests
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task A_predicate_that_throws_fails_its_call_with_its_name_and_leaves_the_connection()
    {
        var stage = new Stage();
        var gateway = Ports.Free();
        using var silo = await StartAsync(stage, gateway);
        using var client = await TestHost.StartAsync(builder => builder.UseOrleansClient(cluster => cluster.UseLocalhostClustering(gateway)));
        var grain = client.Services.GetRequiredService<IGrainFactory>().GetGrain<IPickyGrain>("picky");
        Assert.Equal(4, await grain.Work("work"));
        var under = grain.Wait("way");
        var failure = await Assert.ThrowsAsync<OrleansException>(() => grain.Work("throw").WaitAsync(s_limit, TestContext.Current.CancellationToken));
        Assert.Contains("picky/picky.Work", failure.Message, StringComparison.Ordinal);
        Assert.Contains(nameof(PickyGrain), failure.Message, StringComparison.Ordinal);
        Assert.Contains("I do not bear this.", failure.Message, StringComparison.Ordinal);
        Assert.Equal(10, await grain.Work("interleave").WaitAsync(s_limit, TestContext.Current.CancellationToken));
        Assert.False(under.IsCompleted, "The call that was under way has ended.");
        stage.MayEnd.SetResult();
        await under.WaitAsync(s_limit, TestContext.Current.CancellationToken);
        await client.StopAsync(TestContext.Current.CancellationToken);
        await silo.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_predicate_that_throws_about_a_call_that_waits_for_the_activation_fails_that_call_only()
    {
        var stage = new Stage();
        using var silo = await StartAsync(stage, gateway: 0);
        var grain = silo.Services.GetRequiredService<IGrainFactory>().GetGrain<IPickyGrain>("slow");
        var first = grain.Work("first");
        var failing = grain.Work("throw");
        var last = grain.Work("last");
        stage.MayBegin.SetResult();
        Assert.Equal(5, await first.WaitAsync(s_limit, TestContext.Current.CancellationToken));
        await Assert.ThrowsAsync<OrleansException>(() => failing.WaitAsync(s_limit, TestContext.Current.CancellationToken));
        Assert.Equal(4, await last.WaitAsync(s_limit, TestContext.Current.CancellationToken));
        await silo.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Predicates_are_not_asked_about_what_the_runtime_does()
    {
        using var silo = await StartAsync(new Stage(), gateway: 0);
        var grain = silo.Services.GetRequiredService<IGrainFactory>().GetGrain<IPickyGrain>("timer");
        await grain.StartTimer("start");
        await Until.WorksAsync("the timer ticks", async () => Assert.True(await grain.Ticks("how many?") > 1));
        var items = new List<int>();
        await foreach (var item in grain.Count(3).WithCancellation(TestContext.Current.CancellationToken))
            items.Add(item);
        Assert.Equal([0, 1, 2], items);
        await silo.StopAsync(TestContext.Current.CancellationToken);
    }

    private static Task<IHost> StartAsync(Stage stage, int gateway) => TestHost.StartAsync(builder =>
    {
        builder.Logging.SetMinimumLevel(LogLevel.Critical);
        builder.Services.AddSingleton(stage);
        builder.UseOrleans(silo => silo.UseLocalhostClustering(gateway == 0 ? 0 : Ports.Free(), gateway));
    });

    /// <summary>What the grain waits for.</summary>
    public sealed class Stage
    {
        public TaskCompletionSource MayBegin { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
        public TaskCompletionSource MayEnd { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
