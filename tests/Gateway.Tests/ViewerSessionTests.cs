using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Nsn.Gateway.Channels;
using Nsn.Gateway.Sessions;
using Nsn.Gateway.Tests.Fakes;
using Nsn.Grains.Viewers;

namespace Nsn.Gateway.Tests;

/// <summary>What becomes of viewers, and of what they are counted for, while their grains fail.</summary>
public sealed class ViewerSessionTests : IAsyncDisposable
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);
    private readonly FakeGrains _grains = new();
    private readonly FakeTimeProvider _time = new();
    private readonly KeptLog<ViewerSession> _log = new();
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly ViewerSessions _sessions;
    private readonly ConcurrentQueue<string> _calls = [];
    private readonly ConcurrentQueue<long> _bytes = [];

    public ViewerSessionTests()
    {
        var metrics = new GatewayMetrics(_services.GetRequiredService<System.Diagnostics.Metrics.IMeterFactory>());
        _sessions = new ViewerSessions(_grains.Factory, metrics, Options.Create(new GatewaySettings()), _time, _log);
        _grains.On(nameof(IViewerSessionGrain.AttachAsync), _ => Answer("attach", Task.FromResult<ViewerPosition?>(null)))
            .On(nameof(IViewerSessionGrain.DetachAsync), _ => Answer("detach", Task.CompletedTask));
        Report(_ => Task.CompletedTask);
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        _sessions.Dispose();
        await _services.DisposeAsync();
    }

    private Task Answer(string call, Task answer)
    {
        _calls.Enqueue(call);
        return answer;
    }

    private void Report(Func<long, Task> answer) => _grains.On(nameof(IViewerSessionGrain.ReportAsync), async arguments =>
    {
        var bytes = (long)arguments[1]!;
        await answer(bytes);
        _bytes.Enqueue(bytes);
    });

    private ViewerSession Open(string? known = null) =>
        _sessions.TryOpen(new ChannelTail("main", _time), "http", known) ?? throw new InvalidOperationException("The gateway is full.");

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Bytes_that_a_grain_did_not_take_are_reported_once_it_takes_them(bool outage)
    {
        var viewer = Open();
        await viewer.ResumeAsync(null);
        viewer.Sent(1000);
        Report(_ => throw (outage ? new TimeoutException("the silo is away") : new InvalidOperationException("a bug")));
        await viewer.ReportAsync();
        await viewer.ReportAsync();
        viewer.Sent(20);
        Report(_ => Task.CompletedTask);
        await viewer.ReportAsync();
        await viewer.ReportAsync();
        Assert.Equal([1020, 0], _bytes);
        Assert.Equal(outage ? 0 : 2, _log.Failures.Count);
        // The grain that answers after a failure may be another one; it is told of the viewer first.
        Assert.Equal(["attach", "attach", "attach"], _calls);
    }

    [Fact]
    public async Task A_report_that_takes_long_is_counted_once()
    {
        var answer = new TaskCompletionSource();
        var viewer = Open();
        await viewer.ResumeAsync(null);
        viewer.Sent(1000);
        Report(_ => answer.Task);
        await viewer.ReportAsync().WaitAsync(s_limit, Cancellation);
        Report(_ => Task.CompletedTask);
        await viewer.ReportAsync();
        answer.SetResult();
        await viewer.DisposeAsync();
        Assert.Equal(1000, _bytes.Sum());
    }

    [Fact]
    public async Task A_grain_that_fails_in_an_unknown_way_does_not_end_the_reports_of_others()
    {
        var reported = new TaskCompletionSource();
        var failing = Open();
        await failing.ResumeAsync(null);
        Report(_ => throw new InvalidOperationException("a bug"));
        await _sessions.StartAsync(Cancellation);
        await TickUntilAsync(() => !_log.Failures.IsEmpty, "the failure is told");
        Report(_ =>
        {
            reported.TrySetResult();
            return Task.CompletedTask;
        });
        await TickUntilAsync(() => reported.Task.IsCompleted, "there is another report");
        Assert.False(_sessions.ExecuteTask!.IsCompleted);
        await _sessions.StopAsync(Cancellation);
    }

    [Fact]
    public async Task A_session_that_is_taken_on_again_is_attached_after_the_former_one_was_detached()
    {
        var detached = new TaskCompletionSource();
        _grains.On(nameof(IViewerSessionGrain.DetachAsync), async _ =>
        {
            await detached.Task;
            _calls.Enqueue("detach");
        });
        var first = Open();
        await first.ResumeAsync(null);
        var end = first.DisposeAsync().AsTask();
        var second = Open(first.Id);
        Assert.Equal(first.Id, second.Id);
        // What the viewer wants is known: the grain is not waited for.
        Assert.Equal(new ViewerPosition(7, 1), await second.ResumeAsync(new ViewerPosition(7, 1)));
        detached.SetResult();
        await end.WaitAsync(s_limit, Cancellation);
        await second.ReportAsync().WaitAsync(s_limit, Cancellation);
        Assert.Equal(["attach", "detach", "attach"], _calls);
    }

    private async Task TickUntilAsync(Func<bool> holds, string what)
    {
        var until = DateTimeOffset.UtcNow + s_limit;
        while (!holds())
        {
            Assert.True(DateTimeOffset.UtcNow < until, $"Not so within {s_limit.TotalSeconds} s: {what}.");
            _time.Advance(TimeSpan.FromSeconds(5));
            await Task.Delay(5, Cancellation);
        }
    }
}
