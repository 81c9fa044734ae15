using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Nsn.Engine.Runtime.Activations;
using Nsn.Engine.Runtime.Scheduling;
using Nsn.Engine.Runtime.Silos;

namespace Nsn.Engine.Tests;

public interface IBriefGrain : IGrainWithStringKey
{
    Task<int> Work(int value);
}

/// <summary>Wants to end while it begins.</summary>
public sealed class BriefGrain(ActivationTests.Stage stage) : Grain, IBriefGrain
{
    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        var beginnings = stage.Begin();
        if (this.GetPrimaryKeyString() == "always" || (this.GetPrimaryKeyString() == "once" && beginnings == 1))
            DeactivateOnIdle();
        stage.HasBegun.TrySetResult();
        await stage.MayGoOn.Task;
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        stage.Ends.Enqueue(reason);
        return Task.CompletedTask;
    }

    public Task<int> Work(int value) => Task.FromResult(value);
}

/// <summary>Activations that are to end before they have begun.</summary>
public sealed class ActivationTests
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task A_grain_that_ends_while_it_begins_waits_for_that_without_work_and_ends_then()
    {
        var stage = new Stage();
        using var host = await StartAsync(stage);
        var factory = host.Services.GetRequiredService<IGrainFactory>();
        var call = factory.GetGrain<IBriefGrain>("once").Work(1);
        await stage.HasBegun.Task.WaitAsync(s_limit, TestContext.Current.CancellationToken);
        for (var i = 0; i < 1000; i++)
            await factory.GetGrain<ICounterGrain>(1).Ping(i);
        Assert.InRange(stage.TurnsOfBrief, 1, 10);

        stage.MayGoOn.SetResult();
        Assert.Equal(1, await call.WaitAsync(s_limit, TestContext.Current.CancellationToken));
        Assert.Equal(2, stage.Beginnings);
        Assert.Equal([DeactivationReasonCode.ApplicationRequested], stage.Ends.Select(reason => reason.ReasonCode));
        Assert.Contains("DeactivateOnIdle", stage.Ends.First().Description, StringComparison.Ordinal);
        await host.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_grain_that_never_begins_without_ending_refuses_its_calls()
    {
        var stage = new Stage();
        stage.MayGoOn.SetResult();
        using var host = await StartAsync(stage);
        var failure = await Assert.ThrowsAsync<OrleansMessageRejectionException>(
            () => host.Services.GetRequiredService<IGrainFactory>().GetGrain<IBriefGrain>("always").Work(1).WaitAsync(s_limit, TestContext.Current.CancellationToken));
        Assert.Contains("brief/always", failure.Message, StringComparison.Ordinal);
        Assert.InRange(stage.Beginnings, 1, 10);
        await host.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_grain_that_begins_while_its_silo_shuts_down_hears_why_it_ends()
    {
        var stage = new Stage();
        using var host = await StartAsync(stage);
        var call = host.Services.GetRequiredService<IGrainFactory>().GetGrain<IBriefGrain>("late").Work(1);
        await stage.HasBegun.Task.WaitAsync(s_limit, TestContext.Current.CancellationToken);
        var activation = host.Services.GetRequiredService<Silo>().Grains.Single(grain => grain.GrainInstance is BriefGrain);
        var stopping = host.StopAsync(TestContext.Current.CancellationToken);
        await Until.HoldsAsync("the activation is told to end", () => activation.Extras.Reason.ReasonCode == DeactivationReasonCode.ShuttingDown);
        stage.MayGoOn.SetResult();
        await stopping.WaitAsync(s_limit, TestContext.Current.CancellationToken);
        Assert.Equal(DeactivationReasonCode.ShuttingDown, stage.Ends.First().ReasonCode);
        await Assert.ThrowsAnyAsync<Exception>(() => call.WaitAsync(s_limit, TestContext.Current.CancellationToken)); // there is no other silo
    }

    private static Task<IHost> StartAsync(Stage stage) => TestHost.StartAsync(builder =>
    {
        builder.Logging.SetMinimumLevel(LogLevel.Critical);
        builder.Services.AddSingleton(stage).AddSingleton<ITurnScheduler>(stage);
        builder.UseOrleans(silo => silo.UseLocalhostClustering(siloPort: 0, gatewayPort: 0));
    });

    /// <summary>What happens to the grain, and how often it is given a thread.</summary>
    public sealed class Stage : ITurnScheduler
    {
        private int _beginnings;
        private int _turnsOfBrief;

        public int Beginnings => Volatile.Read(ref _beginnings);

        public TaskCompletionSource HasBegun { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
        public TaskCompletionSource MayGoOn { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
        public ConcurrentQueue<DeactivationReason> Ends { get; } = new();
        public int TurnsOfBrief => Volatile.Read(ref _turnsOfBrief);

        public int Begin() => Interlocked.Increment(ref _beginnings);

        void ITurnScheduler.Schedule(IThreadPoolWorkItem item)
        {
            if (item is Activation activation && activation.Class.Type == typeof(BriefGrain))
                Interlocked.Increment(ref _turnsOfBrief);
            ThreadPool.UnsafeQueueUserWorkItem(item, preferLocal: false);
        }
    }
}
