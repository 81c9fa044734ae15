namespace Nsn.Engine.Microbench;

/// <summary>Time whose timers fire when they are told to, so that what they cause is measured and not the wait for it.</summary>
internal sealed class ManualTimeProvider : TimeProvider
{
    private readonly List<ManualTimer> _timers = [];

    /// <summary>It stands still: no call's time is ever up.</summary>
    public override long GetTimestamp() => 0;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ManualTimer(callback, state, dueTime, period);
        lock (_timers)
            _timers.Add(timer);
        return timer;
    }

    /// <summary>The timers that are due after a time first, and then with a period.</summary>
    public ManualTimer[] Find(TimeSpan dueTime, TimeSpan period)
    {
        lock (_timers)
            return [.. _timers.Where(timer => timer.DueTime == dueTime && timer.Period == period)];
    }

    internal sealed class ManualTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) : ITimer
    {
        public TimeSpan DueTime => dueTime;
        public TimeSpan Period => period;

        /// <summary>Released each time the timer is set anew, as that of a grain is at the end of a tick.</summary>
        public SemaphoreSlim Set { get; } = new(0);

        public void Fire() => callback(state);

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            Set.Release();
            return true;
        }

        public void Dispose()
        {
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
