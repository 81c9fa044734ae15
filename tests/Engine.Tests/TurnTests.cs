using System.Threading.Tasks.Sources;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Nsn.Engine.Calls;
using Nsn.Engine.Runtime.Activations;
using Nsn.Engine.Runtime.Scheduling;

namespace Nsn.Engine.Tests;

public interface ITurnGrain : IGrainWithIntegerKey
{
    ValueTask<int> Short(int value);
    ValueTask<int> Long();
    ValueTask<int> Block();
    ValueTask<int> ThrowOrWait(bool wait);
    ValueTask<int> JustEndedOrWait(bool wait);
}

public sealed class TurnGrain(TurnTests.Stage stage, FakeTimeProvider time) : Grain, ITurnGrain
{
    public ValueTask<int> Short(int value) => new(value);

    /// <summary>A turn so long that the silo reports it: after the activation is released, and before the caller is told.</summary>
    public ValueTask<int> Long()
    {
        stage.WaitForGate();
        time.Advance(TimeSpan.FromSeconds(2));
        return new(-1);
    }

    public ValueTask<int> Block()
    {
        stage.WaitForGate();
        return new(-2);
    }

    public async ValueTask<int> ThrowOrWait(bool wait)
    {
        if (!wait)
            throw new InvalidOperationException("at once");
        return await stage.Answer.Task;
    }

    public ValueTask<int> JustEndedOrWait(bool wait) => wait ? new(stage.Answer.Task) : new(new JustEndedSource(), 0);
}

/// <summary>A result that is not there when it is looked at first, and is when it is looked at again: another thread was quick.</summary>
file sealed class JustEndedSource : IValueTaskSource<int>
{
    private int _looks;

    public int GetResult(short token) => -4;

    public ValueTaskSourceStatus GetStatus(short token) => _looks++ == 0 ? ValueTaskSourceStatus.Pending : ValueTaskSourceStatus.Succeeded;

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) => continuation(state);
}

/// <summary>Calls that have ended are taken off an activation before it is released: whoever has it next tells its own callers only.</summary>
public sealed class TurnTests
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Callers_of_a_turn_are_told_by_the_thread_that_ran_it_though_another_has_the_activation()
    {
        using var stage = new Stage();
        using var host = await StartAsync(stage);
        var grain = host.Services.GetRequiredService<IGrainFactory>().GetGrain<ITurnGrain>(1);
        Assert.Equal(1, await grain.Short(1));

        var first = grain.Long().AsTask();
        var toldByAnother = new TaskCompletionSource<bool>();
        stage.OnLongTurn = () =>
        {
            if (Task.Run(() => grain.Short(2).AsTask()).Wait(s_limit))
                toldByAnother.SetResult(first.IsCompleted);
            else
                toldByAnother.SetException(new TimeoutException("The second call did not end within 60 s."));
        };
        stage.OpenGate();
        Assert.Equal(-1, await first.WaitAsync(s_limit, TestContext.Current.CancellationToken));
        Assert.False(await toldByAnother.Task.WaitAsync(s_limit, TestContext.Current.CancellationToken), "Another thread took the call of a turn that was not its own.");
        await host.StopAsync(TestContext.Current.CancellationToken);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_call_that_ends_while_its_turn_begins_is_not_among_those_that_run(bool throws)
    {
        using var stage = new Stage();
        using var host = await StartAsync(stage);
        var grain = host.Services.GetRequiredService<IGrainFactory>().GetGrain<ITurnGrain>(1);
        var time = host.Services.GetRequiredService<FakeTimeProvider>();
        if (throws)
            await Assert.ThrowsAsync<InvalidOperationException>(() => grain.ThrowOrWait(wait: false).AsTask());
        else
            Assert.Equal(-4, await grain.JustEndedOrWait(wait: false));
        var waiting = throws ? grain.ThrowOrWait(wait: true).AsTask() : grain.JustEndedOrWait(wait: true).AsTask(); // the object of the call before, used again

        // The clock goes through the calls that run: where one is there twice, it comes to no end.
        await Task.Run(() => time.Advance(TimeSpan.FromSeconds(2)), TestContext.Current.CancellationToken).WaitAsync(s_limit, TestContext.Current.CancellationToken);
        stage.Answer.SetResult(5);
        Assert.Equal(5, await waiting.WaitAsync(s_limit, TestContext.Current.CancellationToken));
        Assert.Equal(6, await grain.Short(6).AsTask().WaitAsync(s_limit, TestContext.Current.CancellationToken));
        await host.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Callers_are_told_by_the_thread_that_ran_them_though_the_rest_of_the_queue_is_run_by_another()
    {
        const int Waiting = 40;
        using var stage = new Stage();
        using var host = await StartAsync(stage);
        var grain = host.Services.GetRequiredService<IGrainFactory>().GetGrain<ITurnGrain>(1);
        Assert.Equal(1, await grain.Short(1));

        var blocked = grain.Block().AsTask();
        var calls = Enumerable.Range(0, Waiting).Select(value => grain.Short(value).AsTask()).ToArray();
        var toldByAnother = new TaskCompletionSource<(int First, int All)>();
        stage.OnNextSchedule = rest =>
        {
            if (Task.Run(rest.Execute).Wait(s_limit))
                toldByAnother.SetResult((calls.TakeWhile(call => call.IsCompleted).Count(), calls.Count(call => call.IsCompleted)));
            else
                toldByAnother.SetException(new TimeoutException("The rest of the queue did not run within 60 s."));
        };
        stage.OpenGate();
        await Task.WhenAll([blocked, .. calls]).WaitAsync(s_limit, TestContext.Current.CancellationToken);
        Assert.Equal(Enumerable.Range(0, Waiting), calls.Select(call => call.Result));
        var (first, all) = await toldByAnother.Task.WaitAsync(s_limit, TestContext.Current.CancellationToken);
        Assert.Equal(0, first);
        Assert.True(all > 0, "Nobody else ran anything: the test tests nothing.");
        await host.StopAsync(TestContext.Current.CancellationToken);
    }

    private static async Task<IHost> StartAsync(Stage stage)
    {
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        var time = new FakeTimeProvider();
        builder.Services.AddSingleton(time).AddSingleton<TimeProvider>(time).AddSingleton(stage).AddSingleton<ITurnScheduler>(stage);
        builder.Logging.AddProvider(stage);
        builder.UseOrleans(silo => silo.UseLocalhostClustering(siloPort: 0, gatewayPort: 0));
        var host = builder.Build();
        await host.StartAsync(TestContext.Current.CancellationToken);
        return host;
    }

    /// <summary>Stands where the runtime hands over between threads, and lets something happen there.</summary>
    public sealed class Stage : ITurnScheduler, ILoggerProvider, ILogger
    {
        private readonly ManualResetEventSlim _gate = new();
        private Action? _onLongTurn;
        private Action<IThreadPoolWorkItem>? _onNextSchedule;

        public TaskCompletionSource<int> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Action OnLongTurn { set => _onLongTurn = value; }
        public Action<IThreadPoolWorkItem> OnNextSchedule { set => _onNextSchedule = value; }
        public void OpenGate() => _gate.Set();

        public void WaitForGate()
        {
            if (!_gate.Wait(s_limit))
                throw new TimeoutException("The gate was not opened within 60 s.");
        }

        void ITurnScheduler.Schedule(IThreadPoolWorkItem item)
        {
            if (item is Call)
                item.Execute(); // callers are told at once, so that it can be seen when
            else if (item is Activation && Interlocked.Exchange(ref _onNextSchedule, null) is { } action)
                action(item);
            else
                ThreadPool.UnsafeQueueUserWorkItem(item, preferLocal: false);
        }

        ILogger ILoggerProvider.CreateLogger(string categoryName) => this;
        IDisposable? ILogger.BeginScope<TState>(TState state) => null;
        bool ILogger.IsEnabled(LogLevel logLevel) => true;

        void ILogger.Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (eventId.Name == nameof(Runtime.Activations.Log.LongTurn))
                Interlocked.Exchange(ref _onLongTurn, null)?.Invoke();
        }

        public void Dispose() => _gate.Dispose();
    }
}
