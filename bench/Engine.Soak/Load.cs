using System.Diagnostics;

namespace Nsn.Engine.Soak;

/// <summary>Callers that count without pause, and remember what was acknowledged.</summary>
public sealed class Load : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly TimeSpan _pace;
    private readonly Caller[] _callers;
    private readonly Task[] _running;

    public Load(IGrainFactory factory, int counters, TimeSpan pace)
    {
        _pace = pace;
        _callers = [.. Enumerable.Range(0, counters).Select(i => new Caller(factory.GetGrain<IWitnessedCounter>($"counter {i}")))];
        _running = [.. _callers.Select(caller => Task.Run(() => CallAsync(caller)))];
    }

    public long Acknowledged => _callers.Sum(caller => caller.Acknowledged);
    /// <summary>The silo with the most counters.</summary>
    public int BusiestPort => _callers.GroupBy(caller => caller.Port).MaxBy(group => group.Count())!.Key;

    public long Failed => _callers.Sum(caller => caller.Failed);

    /// <summary>Answers that went back behind an acknowledged count: lost writes.</summary>
    public long Lost => _callers.Sum(caller => caller.Lost);

    /// <summary>Why calls failed, and how often.</summary>
    public Dictionary<string, int> Reasons { get; } = [];

    /// <summary>Waits until each counter that a silo had, or each of all, has counted again; gives how long the last one took.</summary>
    public async Task<TimeSpan> WaitForProgressAsync(int? port, string after, TimeSpan limit)
    {
        var clock = Stopwatch.StartNew();
        var waiting = _callers.Where(caller => port is null || caller.Port == port).Select(caller => (Caller: caller, caller.Answers)).ToList();
        while (waiting.Exists(item => Volatile.Read(ref item.Caller.Answers) < item.Answers + 2)) // the first may have been on its way
        {
            if (clock.Elapsed > limit)
                throw new TimeoutException($"Within {limit} not every counter went on after {after}. {Describe()}");
            await Task.Delay(10);
        }

        return clock.Elapsed;
    }

    /// <summary>Stops, and checks once more that no counter is behind what it acknowledged.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_running);
    }

    public string Describe()
    {
        lock (Reasons)
            return string.Join("; ", Reasons.Select(reason => $"{reason.Value} x {reason.Key}"));
    }

    private async Task CallAsync(Caller caller)
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                var (count, port) = await caller.Counter.Increment();
                if (count <= caller.Last)
                    caller.Lost++;
                caller.Last = count;
                caller.Port = port;
                caller.Acknowledged++;
                Volatile.Write(ref caller.Answers, caller.Answers + 1);
                await Task.Delay(_pace, CancellationToken.None);
            }
            catch (Exception exception)
            {
                caller.Failed++;
                lock (Reasons)
                    Reasons[exception.GetType().Name] = Reasons.GetValueOrDefault(exception.GetType().Name) + 1;
                await Task.Delay(50, CancellationToken.None);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _stop.Dispose();
    }

    private sealed class Caller(IWitnessedCounter counter)
    {
        public IWitnessedCounter Counter => counter;
        public int Last;
        public int Port;
        public int Answers;
        public long Acknowledged;
        public long Failed;
        public long Lost;
    }
}
