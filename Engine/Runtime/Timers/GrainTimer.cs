using Nsn.Engine.Runtime.Activations;

namespace Nsn.Engine.Runtime.Timers;

/// <summary>A timer of a grain: the next period begins when a tick has ended, so ticks never overlap.</summary>
internal sealed class GrainTimer : IGrainTimer, ICallCompletion
{
    private readonly Activation _activation;
    private readonly Func<CancellationToken, Task> _callback;
    private readonly GrainTimerCreationOptions _options;
    private readonly CancellationTokenSource _disposed = new();
    private readonly ITimer _timer;
    private TimeSpan _period;
    private bool _changed;
    private bool _ticking;

    public GrainTimer(Activation activation, Func<CancellationToken, Task> callback, GrainTimerCreationOptions options)
    {
        _activation = activation;
        _callback = callback;
        _options = options;
        _period = options.Period;
        var timers = activation.Extras.Timers ??= [];
        lock (timers)
            timers.Add(this);
        _timer = activation.Node.TimeProvider.CreateTimer(static state => ((GrainTimer)state!).OnDue(), this, options.DueTime, Timeout.InfiniteTimeSpan);
    }

    public void Change(TimeSpan dueTime, TimeSpan period)
    {
        if (_disposed.IsCancellationRequested)
            return;
        _period = period;
        _changed = _ticking;
        _timer.Change(dueTime, Timeout.InfiniteTimeSpan);
    }

    private void OnDue()
    {
        if (_disposed.IsCancellationRequested || _ticking)
            return;
        _ticking = true;
        _changed = false;
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
        _ticking = false;
        if (call.Fault is { } fault && !_disposed.IsCancellationRequested)
            Log.TimerFailed(_activation.Node.Logger, _activation.GrainId, fault);
        if (!_disposed.IsCancellationRequested && !_changed && _period != Timeout.InfiniteTimeSpan)
            _timer.Change(_period, Timeout.InfiniteTimeSpan);
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
