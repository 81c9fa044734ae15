using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Nsn.Engine.Tests;

public interface IFaultyGrain : IGrainWithStringKey
{
    Task<int> Work(int value);
    Task FailInTimer();
    Task<Bomb> Return(bool explodes);
    Task Filtered();
    Task BlockTurn();
    Task Leave();
    Task FailManifold();
}

/// <summary>Throws when it is written.</summary>
[GenerateSerializer]
public sealed class Bomb
{
    private bool _explodes;

    [Id(0)]
    public bool Explodes
    {
        get => _explodes ? throw new InvalidOperationException("The bomb exploded.") : _explodes;
        set => _explodes = value;
    }
}

/// <summary>Everything a grain can do wrong.</summary>
public sealed class FaultyGrain : Grain, IFaultyGrain
{
    public override Task OnActivateAsync(CancellationToken cancellationToken) => this.GetPrimaryKeyString() switch
    {
        "throws" => throw new InvalidOperationException("It cannot begin."),
        "hangs" => Task.Delay(Timeout.Infinite, CancellationToken.None),
        "obeys" => Obey("OnActivateAsync", cancellationToken),
        _ => Task.CompletedTask,
    };

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken) =>
        this.GetPrimaryKeyString() == "lingers" ? Obey("OnDeactivateAsync", cancellationToken) : Task.CompletedTask;

    /// <summary>Goes on until it is told to end.</summary>
    private static async Task Obey(string what, CancellationToken cancellationToken)
    {
        try
        {
            await Task.Delay(Timeout.Infinite, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            FaultTests.Ended.Enqueue(what);
            throw;
        }
    }

    public Task Leave()
    {
        DeactivateOnIdle();
        return Task.CompletedTask;
    }

    public Task<int> Work(int value) => Task.FromResult(value);

    public Task FailInTimer()
    {
        this.RegisterGrainTimer(static _ => throw new InvalidOperationException("The timer failed."), new GrainTimerCreationOptions(TimeSpan.Zero, Timeout.InfiniteTimeSpan));
        return Task.CompletedTask;
    }

    public Task<Bomb> Return(bool explodes) => Task.FromResult(new Bomb { Explodes = explodes });
    public Task Filtered() => Task.CompletedTask;

    public Task FailManifold() =>
        throw new AggregateException("Many things failed.", new InvalidOperationException("one"), new AggregateException(new ArgumentException("two"), new TimeoutException("three")));

    public Task BlockTurn()
    {
        Thread.Sleep(TimeSpan.FromSeconds(1.5));
        return Task.CompletedTask;
    }
}

/// <summary>What goes wrong in one grain is told with its name, and concerns no other.</summary>
public sealed class FaultTests : IAsyncLifetime, ILoggerProvider, ILogger
{
    /// <summary>What ended because it was cancelled.</summary>
    public static readonly ConcurrentQueue<string> Ended = new();

    private readonly ConcurrentQueue<string> _log = new();
    private IHost _silo = null!;
    private IHost _client = null!;

    private IGrainFactory Grains => _client.Services.GetRequiredService<IGrainFactory>();

    public async ValueTask InitializeAsync()
    {
        var gateway = Ports.Free();
        _silo = await StartAsync(builder => builder.UseOrleans(silo =>
        {
            silo.UseLocalhostClustering(Ports.Free(), gateway);
            silo.Configure<Orleans.Configuration.GrainCollectionOptions>(options => options.ActivationTimeout = options.DeactivationTimeout = TimeSpan.FromSeconds(1));
            silo.AddIncomingGrainCallFilter(context => context.InterfaceMethod.Name == nameof(IFaultyGrain.Filtered)
                ? throw new InvalidOperationException("The filter failed.")
                : context.Invoke());
        }));
        _client = await StartAsync(builder => builder.UseOrleansClient(client => client.UseLocalhostClustering(gateway)));
    }

    public async ValueTask DisposeAsync()
    {
        await _client.StopAsync();
        await _silo.StopAsync();
        _client.Dispose();
        _silo.Dispose();
    }

    [Fact]
    public async Task An_activation_that_throws_tells_its_callers_and_the_log()
    {
        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => Grains.GetGrain<IFaultyGrain>("throws").Work(1));
        Assert.Equal("It cannot begin.", failure.Message);
        await LogSaysAsync("faulty/throws");
        await OthersWorkAsync();
    }

    [Fact]
    public async Task An_activation_that_does_not_end_is_given_up_with_its_name()
    {
        var failure = await Assert.ThrowsAsync<TimeoutException>(() => Grains.GetGrain<IFaultyGrain>("hangs").Work(1));
        Assert.Contains("faulty/hangs", failure.Message, StringComparison.Ordinal);
        await OthersWorkAsync();
    }

    [Fact]
    public async Task An_activation_that_is_given_up_is_told_by_its_token()
    {
        await Assert.ThrowsAsync<TimeoutException>(() => Grains.GetGrain<IFaultyGrain>("obeys").Work(1));
        await Until.HoldsAsync("OnActivateAsync ended", () => Ended.Contains("OnActivateAsync"));
        await OthersWorkAsync();
    }

    [Fact]
    public async Task A_deactivation_that_is_given_up_is_told_by_its_token()
    {
        await Grains.GetGrain<IFaultyGrain>("lingers").Leave();
        await Until.HoldsAsync("OnDeactivateAsync ended", () => Ended.Contains("OnDeactivateAsync"));
        Assert.Equal(1, await Grains.GetGrain<IFaultyGrain>("lingers").Work(1));
        await OthersWorkAsync();
    }

    [Fact]
    public async Task A_timer_that_throws_is_logged_with_its_grain()
    {
        await Grains.GetGrain<IFaultyGrain>("timer").FailInTimer();
        await LogSaysAsync("A timer of faulty/timer threw");
        Assert.Equal(1, await Grains.GetGrain<IFaultyGrain>("timer").Work(1));
        await OthersWorkAsync();
    }

    [Fact]
    public async Task A_filter_that_throws_fails_its_call_and_no_other()
    {
        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => Grains.GetGrain<IFaultyGrain>("filtered").Filtered());
        Assert.Equal("The filter failed.", failure.Message);
        Assert.Equal(2, await Grains.GetGrain<IFaultyGrain>("filtered").Work(2));
        await OthersWorkAsync();
    }

    [Fact]
    public async Task A_serializer_that_throws_fails_its_call_and_no_other()
    {
        var failure = await Assert.ThrowsAnyAsync<Exception>(() => Grains.GetGrain<IFaultyGrain>("bomb").Return(explodes: true));
        Assert.Contains("The bomb exploded.", failure.ToString(), StringComparison.Ordinal);
        Assert.False((await Grains.GetGrain<IFaultyGrain>("bomb").Return(explodes: false)).Explodes);
        await OthersWorkAsync();
    }

    [Fact]
    public async Task Many_failures_in_one_arrive_with_all_of_them()
    {
        var failure = await Assert.ThrowsAsync<AggregateException>(() => Grains.GetGrain<IFaultyGrain>("manifold").FailManifold());
        Assert.Equal("Many things failed. (one) (One or more errors occurred. (two) (three))", failure.Message);
        Assert.Equal(["one", "two", "three"], failure.Flatten().InnerExceptions.Select(inner => inner.Message));
        Assert.Same(failure.InnerException, failure.InnerExceptions[0]);
        Assert.IsType<TimeoutException>(Assert.IsType<AggregateException>(failure.InnerExceptions[1]).InnerExceptions[1]);

        using var writer = new Serialization.Writer();
        Serialization.CodecOf<object>.Instance.Write(writer, new AggregateException("empty"));
        Assert.Equal("empty", Assert.IsType<AggregateException>(Serialization.CodecOf<object>.Instance.Read(new Serialization.Reader(writer.Written.ToArray()))).Message);
    }

    [Fact]
    public async Task A_turn_that_takes_long_is_logged_with_its_grain()
    {
        // The node's clock ticks on the thread pool: where others keep that busy for as long as the turn takes, the turn looks short.
        var turn = Task.CompletedTask;
        await Until.HoldsAsync("the log says 'A turn of faulty/slow'", () =>
        {
            if (turn.IsCompleted)
                turn = Grains.GetGrain<IFaultyGrain>("slow").BlockTurn();
            return _log.Any(line => line.Contains("A turn of faulty/slow", StringComparison.Ordinal));
        });
        await turn;
        await OthersWorkAsync();
    }

    private async Task OthersWorkAsync()
    {
        for (var i = 0; i < 10; i++)
            Assert.Equal(i, await Grains.GetGrain<IFaultyGrain>($"other {i}").Work(i));
    }

    private Task LogSaysAsync(string text) => Until.HoldsAsync($"the log says '{text}'", () => _log.Any(line => line.Contains(text, StringComparison.Ordinal)));

    private async Task<IHost> StartAsync(Action<HostApplicationBuilder> configure)
    {
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Logging.SetMinimumLevel(LogLevel.Warning).AddProvider(this);
        configure(builder);
        var host = builder.Build();
        await host.StartAsync(TestContext.Current.CancellationToken);
        return host;
    }

    ILogger ILoggerProvider.CreateLogger(string categoryName) => this;
    bool ILogger.IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

    IDisposable? ILogger.BeginScope<TState>(TState state) => null;

    void ILogger.Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => _log.Enqueue(formatter(state, exception));

    void IDisposable.Dispose()
    {
    }
}
