namespace Nsn.Engine.Testing.Simulation;

/// <summary>
/// Virtual time and everything that is going to happen in it. One thread takes the next event; what is due at the same moment runs in an order that the seed chooses.
/// </summary>
public sealed class SimulatedWorld(int seed)
{
    /// <summary>More events at one moment than this are a loop that no time passes in.</summary>
    private const int EventsAtOnceMax = 100_000;

    private readonly PriorityQueue<Event, (long Tick, long Order)> _events = new();
    private readonly List<string> _log = [];
    private long _last;
    private int _atOnce;

    /// <summary>The source of all chance.</summary>
    public Random Random { get; } = new(seed);

    /// <summary>Time since the beginning.</summary>
    public TimeSpan Now { get; private set; }

    /// <summary>How many events have run, the present one included.</summary>
    public long Step { get; private set; }

    /// <summary>What happened, one line an event that matters; the same for the same seed.</summary>
    public IReadOnlyList<string> EventLog => _log;

    public void Log(string text) => _log.Add($"{Now.TotalMilliseconds:0} {text}");

    /// <summary>Lets something happen after a delay, to a process: not while it is paused, and never once it has crashed.</summary>
    internal void Schedule(TimeSpan delay, SimulatedProcess process, Action action)
    {
        var tick = (Now + delay).Ticks;
        _events.Enqueue(new Event(process, action), (tick, delay == TimeSpan.Zero ? _last++ : _last++ + Random.Next(4)));
    }

    /// <summary>A delay between two bounds.</summary>
    public TimeSpan Between(int fromMilliseconds, int toMilliseconds) => TimeSpan.FromMilliseconds(Random.Next(fromMilliseconds, toMilliseconds + 1));

    /// <summary>Runs until the time given, calling the check after each event.</summary>
    public void RunUntil(TimeSpan end, Action check)
    {
        var outer = SynchronizationContext.Current;
        while (_events.TryPeek(out _, out var due) && due.Tick <= end.Ticks)
        {
            var next = _events.Dequeue();
            _atOnce = due.Tick > Now.Ticks ? 0 : _atOnce + 1;
            if (_atOnce > EventsAtOnceMax)
                throw new InvalidOperationException($"At {Now.TotalMilliseconds:0} ms {next.Process.Name} turns in circles: {next.Action.Method} of {next.Action.Target}.");
            Now = new TimeSpan(Math.Max(due.Tick, Now.Ticks));
            if (next.Process.HasCrashed)
                continue;
            if (next.Process.IsPaused)
            {
                next.Process.Hold(next.Action);
                continue;
            }

            SynchronizationContext.SetSynchronizationContext(next.Process.Context);
            Step++;
            next.Action();
            check();
        }

        SynchronizationContext.SetSynchronizationContext(outer);
        Now = end;
        check(); // that nothing happens may be what is wrong
    }

    private sealed record Event(SimulatedProcess Process, Action Action);
}
