using Nsn.Engine.Runtime.Scheduling;

namespace Nsn.Engine.Testing.Simulation;

/// <summary>A process of the simulated world: its scheduler, its clock and its continuations stop when it is paused, and end when it crashes.</summary>
public sealed class SimulatedProcess : ITurnScheduler
{
    private readonly SimulatedWorld _world;
    private readonly List<Action> _held = [];
    private TimeSpan _pausedAt;
    private TimeSpan _pausedFor;

    public SimulatedProcess(SimulatedWorld world, string name)
    {
        _world = world;
        Name = name;
        Context = new ProcessContext(this);
        Time = new ProcessTime(this);
    }

    public string Name { get; }
    public TimeProvider Time { get; }
    public SynchronizationContext Context { get; }
    public bool IsPaused { get; private set; }
    public bool HasCrashed { get; private set; }

    /// <summary>How long it has been able to do something: time since the beginning of the world without its pauses.</summary>
    internal TimeSpan Awake => (IsPaused ? _pausedAt : _world.Now) - _pausedFor;

    public void Schedule(IThreadPoolWorkItem item) => _world.Schedule(TimeSpan.Zero, this, item.Execute);

    /// <summary>Runs something in this process.</summary>
    public void Run(Action action, TimeSpan delay = default) => _world.Schedule(delay, this, action);

    public void Pause()
    {
        if (!IsPaused)
            _pausedAt = _world.Now;
        IsPaused = true;
    }

    public void Resume()
    {
        if (IsPaused)
            _pausedFor += _world.Now - _pausedAt;
        IsPaused = false;
        foreach (var action in _held)
            _world.Schedule(TimeSpan.Zero, this, action);
        _held.Clear();
    }

    public void Crash()
    {
        HasCrashed = true;
        _held.Clear();
    }

    internal void Hold(Action action) => _held.Add(action);

    private sealed class ProcessContext(SimulatedProcess process) : SynchronizationContext
    {
        public override void Post(SendOrPostCallback d, object? state) => process._world.Schedule(TimeSpan.Zero, process, () => d(state));
        public override SynchronizationContext CreateCopy() => this;
    }

    /// <summary>The world's clock with timers that belong to the process.</summary>
    private sealed class ProcessTime(SimulatedProcess process) : TimeProvider
    {
        private static readonly DateTimeOffset s_start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;
        public override DateTimeOffset GetUtcNow() => s_start + process._world.Now;
        public override long GetTimestamp() => process._world.Now.Ticks;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = new ProcessTimer(process, callback, state);
            timer.Change(dueTime, period);
            return timer;
        }
    }

    private sealed class ProcessTimer(SimulatedProcess process, TimerCallback callback, object? state) : ITimer
    {
        private int _version;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            var version = ++_version;
            if (dueTime != Timeout.InfiniteTimeSpan)
                Arm(dueTime, period, version);
            return true;
        }

        private void Arm(TimeSpan delay, TimeSpan period, int version) => process._world.Schedule(delay < TimeSpan.Zero ? TimeSpan.Zero : delay, process, () =>
        {
            if (version != _version)
                return;
            if (period > TimeSpan.Zero)
                Arm(period, period, version);
            callback(state);
        });

        public void Dispose() => _version++;

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
