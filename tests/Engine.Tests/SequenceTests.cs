using System.Runtime.CompilerServices;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Time.Testing;
using Nsn.Engine.Runtime.Silos;

namespace Nsn.Engine.Tests;

public interface ISequenceGrain : IGrainWithStringKey
{
    IAsyncEnumerable<int> Endless(CancellationToken cancellationToken = default);
    IAsyncEnumerable<int> FailAfter(int items);
    Task KeepFor(TimeSpan time);
    Task Leave();
}

public sealed class SequenceGrain(SequenceTests.Stage stage) : Grain, ISequenceGrain
{
    public async IAsyncEnumerable<int> Endless([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        try
        {
            yield return 1;
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
        }
        finally
        {
            stage.HasEnded.TrySetResult();
        }
    }

    public async IAsyncEnumerable<int> FailAfter(int items)
    {
        for (var i = 0; i < items; i++)
            yield return i;
        await Task.CompletedTask;
        throw new InvalidOperationException("The source ran dry.");
    }

    public Task KeepFor(TimeSpan time)
    {
        DelayDeactivation(time);
        return Task.CompletedTask;
    }

    public Task Leave()
    {
        DeactivateOnIdle();
        return Task.CompletedTask;
    }
}

/// <summary>Sequences of grains whose callers do not see them to their end.</summary>
public sealed class SequenceTests
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_sequence_is_ended_when_nobody_asks_for_more_or_its_grain_ends(bool grainEnds)
    {
        var stage = new Stage();
        var time = new FakeTimeProvider();
        using var host = await StartAsync(stage, time);
        var grain = host.Services.GetRequiredService<IGrainFactory>().GetGrain<ISequenceGrain>("abandoned");
        var items = grain.Endless(TestContext.Current.CancellationToken).GetAsyncEnumerator(TestContext.Current.CancellationToken);
        var first = items.MoveNextAsync().AsTask();
        var rounds = 0;
        await Until.HoldsAsync("the first item comes", () =>
        {
            if (++rounds < 50)
                time.Advance(TimeSpan.FromMilliseconds(500)); // the grain waits for more before it answers, up to five seconds
            return first.IsCompleted;
        });
        Assert.True(await first);
        Assert.False(stage.HasEnded.Task.IsCompleted, "The sequence ended while it was asked for.");
        if (grainEnds)
        {
            await grain.Leave();
        }
        else
        {
            for (var second = 0; second < 70; second++)
                time.Advance(TimeSpan.FromSeconds(1));
        }

        await stage.HasEnded.Task.WaitAsync(s_limit, TestContext.Current.CancellationToken);
        await items.DisposeAsync();
        await host.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Items_before_a_failure_arrive()
    {
        using var host = await StartAsync(new Stage(), TimeProvider.System);
        var grain = host.Services.GetRequiredService<IGrainFactory>().GetGrain<ISequenceGrain>("fails");
        var items = new List<int>();
        var failure = await Assert.ThrowsAsync<InvalidOperationException>(async () =>
        {
            await foreach (var item in grain.FailAfter(120).WithCancellation(TestContext.Current.CancellationToken))
                items.Add(item);
        });
        Assert.Equal("The source ran dry.", failure.Message);
        Assert.Equal(Enumerable.Range(0, 120), items);
        await host.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_sequence_does_not_shorten_the_life_that_its_grain_asked_for()
    {
        var time = new FakeTimeProvider();
        using var host = await StartAsync(new Stage(), time);
        var grain = host.Services.GetRequiredService<IGrainFactory>().GetGrain<ISequenceGrain>("kept");
        await grain.KeepFor(TimeSpan.FromHours(1));
        await Assert.ThrowsAsync<InvalidOperationException>(async () =>
        {
            await foreach (var item in grain.FailAfter(1).WithCancellation(TestContext.Current.CancellationToken))
                Assert.Equal(0, item);
        });
        time.Advance(TimeSpan.FromMinutes(3));
        var silo = host.Services.GetRequiredService<Silo>();
        silo.Collect(TimeSpan.FromMinutes(1));
        Assert.True(silo.Grains.Single(activation => activation.GrainInstance is SequenceGrain).IsValid, "The grain was collected though it asked to be kept for an hour.");
        await host.StopAsync(TestContext.Current.CancellationToken);
    }

    private static Task<IHost> StartAsync(Stage stage, TimeProvider time) => TestHost.StartAsync(builder =>
    {
        builder.Services.AddSingleton(stage).AddSingleton(time);
        builder.UseOrleans(silo => silo.UseLocalhostClustering(siloPort: 0, gatewayPort: 0));
    });

    /// <summary>What the sequence tells.</summary>
    public sealed class Stage
    {
        public TaskCompletionSource HasEnded { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
