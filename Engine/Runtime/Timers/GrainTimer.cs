using Nsn.Engine.Runtime.Activations;

namespace Nsn.Engine.Runtime.Timers;

/// <summary>A timer of a grain: the next period begins when a tick has ended, so ticks never overlap.</summary>
internal sealed class GrainTimer : IGrainTimer, ICallCompletion
{
    /// <summary>What timers of .NET take; a longer time would only be refused when the first tick has ended, and by then nobody is there to be told.</summary>
    private const long TimeMaxMilliseconds = uint.MaxValue - 1;

    private readonly Activation _activation;
    private readonly Func<CancellationToken, Task> _callback;
    private readonly GrainTimerCreationOptions _options;
    private readonly CancellationTokenSource _disposed = new();
    private readonly ITimer _timer;
    private readonly Lock _gate = new();
    private TimeSpan _period;
    private TimeSpan? _changedTo;
    private bool _ticking;

    public GrainTimer(Activation activation, Func<CancellationToken, Task> callback, GrainTimerCreationOptions options)
    {
        Check(options.DueTime, options.Period);
        _activation = activation;
        _callback = callback;
        _options = options;
        _period = options.Period;
        var timers = activation.Extras.Timers ??= [];
        lock (timers)
            timers.Add(this);
        _timer = activation.Node.TimeProvider.CreateTimer(static state => ((GrainTimer)state!).OnDue(), this, options.DueTime, Timeout.InfiniteTimeSpan);
    }

    private static void Check(TimeSpan dueTime, TimeSpan period)
    {
        CheckOne(dueTime, nameof(dueTime));
        CheckOne(period, nameof(period));

        static void CheckOne(TimeSpan time, string name)
        {
            var milliseconds = (long)time.TotalMilliseconds;
            ArgumentOutOfRangeException.ThrowIfLessThan(milliseconds, Timeout.Infinite, name);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(milliseconds, TimeMaxMilliseconds, name);
        }
    }

    /// <summary>Takes effect at once, or where the timer ticks just now when that tick has ended.</summary>
    public void Change(TimeSpan dueTime, TimeSpan period)
    {
        Check(dueTime, period);
        lock (_gate)
        {
            if (_disposed.IsCancellationRequested)
                return;
            if (_ticking)
                _changedTo = dueTime;
            else
                _timer.Change(dueTime, Timeout.InfiniteTimeSpan);
            _period = period;
        }
    }

    private void OnDue()
    {
        lock (_gate)
        {
            if (_disposed.IsCancellationRequested || _ticking)
                return;
            _ticking = true;
        }

        var call = new TimerCall(() => _callback(_disposed.Token), _options.Interleave, _options.KeepAlive)
        {
            TargetId = _activation.GrainId,
            Deadline = long.MaxValue,
            Completion = this,
            OwnsArguments = true,
        };
        if (!_activation.Enqueue(call))
            Dispose();
    }

    void ICallCompletion.OnCompleted(Call call)
    {
        if (call.Fault is { } fault && !_disposed.IsCancellationRequested)
            Log.TimerFailed(_activation.Node.Logger, _activation.GrainId, fault);
        lock (_gate)
        {
            _ticking = false;
            var next = _changedTo ?? _period;
            _changedTo = null;
            if (!_disposed.IsCancellationRequested)
                _timer.Change(next, Timeout.InfiniteTimeSpan);
        }
    }

    public void Dispose()
    {
        if (_disposed.IsCancellationRequested)
            return;
        _disposed.Cancel();
        _timer.Dispose();
        if (_activation.Extras.Timers is { } timers)
        {
            lock (timers)
                timers.Remove(this);
        }
    }
}
