using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Time.Testing;
using Nsn.Engine.Runtime.Reminders;

namespace Nsn.Engine.Tests;

public interface ITickGrain : IGrainWithStringKey
{
    Task Start();
}

/// <summary>Changes its timer in the first tick, which lasts longer than the new due time.</summary>
public sealed class TickGrain(TimerTests.Ticks ticks) : Grain, ITickGrain, IRemindable
{
    private IGrainTimer? _timer;

    public Task Start()
    {
        _timer = this.RegisterGrainTimer(TickAsync, new GrainTimerCreationOptions(TimeSpan.FromMilliseconds(100), TimeSpan.FromHours(1)) { Interleave = true });
        return Task.CompletedTask;
    }

    public Task ReceiveReminder(string reminderName, TickStatus status)
    {
        ticks.Reminders.Enqueue(reminderName);
        return Task.CompletedTask;
    }

    private async Task TickAsync(CancellationToken cancellationToken)
    {
        if (ticks.Tick() > 1)
            return;
        _timer!.Change(TimeSpan.FromMilliseconds(100), TimeSpan.FromHours(1));
        ticks.HasTicked.SetResult();
        await ticks.MayEnd.Task;
    }
}

public interface IOddTimerGrain : IGrainWithStringKey
{
    Task<string?> Register(TimeSpan dueTime, TimeSpan period);
    Task<string?> Change(TimeSpan dueTime, TimeSpan period);
    Task<int> End();
}

/// <summary>Asks for times that no timer takes; gives the name of the argument that was refused.</summary>
public sealed class OddTimerGrain : Grain, IOddTimerGrain
{
    private static int s_activations;
    private readonly int _activation = Interlocked.Increment(ref s_activations);

    public Task<string?> Register(TimeSpan dueTime, TimeSpan period) => Task.FromResult(Try(() => this.RegisterGrainTimer(() => Task.CompletedTask, dueTime, period)));

    public Task<string?> Change(TimeSpan dueTime, TimeSpan period)
    {
        var timer = this.RegisterGrainTimer(() => Task.CompletedTask, TimeSpan.FromHours(1), Timeout.InfiniteTimeSpan);
        return Task.FromResult(Try(() => timer.Change(dueTime, period)));
    }

    public Task<int> End()
    {
        DeactivateOnIdle();
        return Task.FromResult(_activation);
    }

    private static string? Try(Action action)
    {
        try
        {
            action();
            return null;
        }
        catch (ArgumentOutOfRangeException refused)
        {
            return refused.ParamName;
        }
    }
}

public sealed class TimerTests
{
    [Theory]
    [InlineData(60 * 24, 1, "dueTime")]
    [InlineData(-5, 1, "dueTime")]
    [InlineData(1, 60 * 24, "period")] // would end the process after the first tick
    [InlineData(1, -5, "period")]
    public async Task Times_that_no_timer_takes_are_refused_at_once_and_the_grain_ends_as_ever(int dueHours, int periodHours, string refused)
    {
        using var host = await TestHost.StartAsync(builder => builder.UseOrleans(silo => silo.UseLocalhostClustering(siloPort: 0, gatewayPort: 0)));
        var grain = host.Services.GetRequiredService<IGrainFactory>().GetGrain<IOddTimerGrain>("odd");
        var (dueTime, period) = (TimeSpan.FromHours(dueHours), TimeSpan.FromHours(periodHours));
        Assert.Equal(refused, await grain.Register(dueTime, period));
        Assert.Equal(refused, await grain.Change(dueTime, period));
        Assert.NotEqual(await grain.End(), await grain.End().WaitAsync(s_limit, TestContext.Current.CancellationToken)); // another activation answers
        await host.StopAsync(TestContext.Current.CancellationToken);
    }

    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task A_timer_that_is_changed_in_a_tick_that_outlasts_the_change_goes_on()
    {
        var ticks = new Ticks();
        var time = new FakeTimeProvider();
        using var host = await TestHost.StartAsync(builder =>
        {
            builder.Services.AddSingleton(ticks).AddSingleton<TimeProvider>(time);
            builder.UseOrleans(silo => silo.UseLocalhostClustering(siloPort: 0, gatewayPort: 0));
        });
        await host.Services.GetRequiredService<IGrainFactory>().GetGrain<ITickGrain>("timer").Start();
        time.Advance(TimeSpan.FromMilliseconds(100));
        await ticks.HasTicked.Task.WaitAsync(s_limit, TestContext.Current.CancellationToken);
        time.Advance(TimeSpan.FromSeconds(1)); // the tick still runs when the next is due
        Assert.Equal(1, ticks.Count);
        ticks.MayEnd.SetResult();
        var rounds = 0;
        await Until.HoldsAsync("the timer ticks again", () =>
        {
            if (++rounds < 100)
                time.Advance(TimeSpan.FromMilliseconds(100)); // far less than its period in all
            return ticks.Count == 2;
        });
        await host.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Reminders_that_are_further_away_than_a_timer_reaches_come_in_time_and_hold_up_no_others()
    {
        var ticks = new Ticks();
        var time = new LongTimers();
        var table = new InMemoryReminderTable();
        var now = time.GetUtcNow().UtcDateTime;
        var grain = GrainId.Create("tick", "reminded");
        await table.UpsertAsync(new ReminderEntry(grain, "far", now.AddDays(61), TimeSpan.FromDays(100), ""), TestContext.Current.CancellationToken);
        await table.UpsertAsync(new ReminderEntry(grain, "last", now.AddDays(-1), TimeSpan.MaxValue, ""), TestContext.Current.CancellationToken);
        await table.UpsertAsync(new ReminderEntry(grain, "senseless", now.AddDays(-1), TimeSpan.Zero, ""), TestContext.Current.CancellationToken);
        for (var i = 0; i < 10; i++)
            await table.UpsertAsync(new ReminderEntry(grain, $"near {i}", now.AddHours(3), TimeSpan.FromDays(1000), ""), TestContext.Current.CancellationToken);
        using var host = await TestHost.StartAsync(builder =>
        {
            builder.Services.AddSingleton(ticks).AddSingleton<TimeProvider>(time).AddSingleton<IReminderTable>(table);
            builder.UseOrleans(silo => silo.UseLocalhostClustering(siloPort: 0, gatewayPort: 0).AddReminders());
        });
        time.Advance(TimeSpan.FromHours(3));
        await Until.HoldsAsync("the near reminders have come", () => ticks.Reminders.Count == 10, () => string.Join(", ", ticks.Reminders));
        time.Advance(TimeSpan.FromDays(30));
        time.Advance(TimeSpan.FromDays(30));
        await host.Services.GetRequiredService<IGrainFactory>().GetGrain<ITickGrain>("reminded").Start(); // whatever came is through before this is
        Assert.DoesNotContain("far", ticks.Reminders);
        time.Advance(TimeSpan.FromDays(1));
        await Until.HoldsAsync("the far reminder has come", () => ticks.Reminders.Contains("far"));
        Assert.DoesNotContain("last", ticks.Reminders);
        await host.StopAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>What the grain is told of time.</summary>
    public sealed class Ticks
    {
        private int _count;

        public int Count => Volatile.Read(ref _count);
        public int Tick() => Interlocked.Increment(ref _count);
        public TaskCompletionSource HasTicked { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
        public TaskCompletionSource MayEnd { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
        public ConcurrentQueue<string> Reminders { get; } = new();
    }

    /// <summary>The date and timers of hours and more are the test's: months of the many short ones would take long.</summary>
    private sealed class LongTimers : TimeProvider
    {
        private readonly FakeTimeProvider _fake = new(DateTimeOffset.UtcNow);

        public void Advance(TimeSpan time) => _fake.Advance(time);
        public override DateTimeOffset GetUtcNow() => _fake.GetUtcNow();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            (dueTime < TimeSpan.FromHours(2) ? System : _fake).CreateTimer(callback, state, dueTime, period);
    }
}
