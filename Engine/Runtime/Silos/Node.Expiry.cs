using System.Collections.Concurrent;
using System.Text;
using Nsn.Engine.Runtime.Activations;

namespace Nsn.Engine.Runtime.Silos;

/// <content>The clock, and calls whose time is up.</content>
internal abstract partial class Node
{
    protected const int TickMilliseconds = 100;
    private const int TicksPerObserverCollection = 600;
    private readonly long _started;
    private ITimer? _ticker;
    private long _now;
    private int _ticks;
    private readonly ConcurrentDictionary<long, Call> _waiting = new();
    private long _lastWaiting;

    /// <summary>Milliseconds since the node was made, a tenth of a second coarse: reading it costs nothing.</summary>
    public long Now => Volatile.Read(ref _now);

    protected void StartClock() => _ticker = TimeProvider.CreateTimer(static state => ((Node)state!).Tick(), this, TimeSpan.FromMilliseconds(TickMilliseconds), TimeSpan.FromMilliseconds(TickMilliseconds));

    protected void StopClock() => _ticker?.Dispose();

    private void Tick()
    {
        Volatile.Write(ref _now, (long)TimeProvider.GetElapsedTime(_started).TotalMilliseconds);
        ThawAll();
        OnTick();
        _ticks++;
        if (_hasShortTimeouts || _ticks % 5 == 0)
            ExpireCalls();
        if (_ticks % TicksPerObserverCollection == 0)
            Observers.Collect();
    }

    private void ThawAll()
    {
        while (!_frozen.IsEmpty && !MustWait && _frozen.TryDequeue(out var activation))
            activation.Thaw();
    }

    protected virtual void OnTick()
    {
    }

    protected abstract IEnumerable<Activation> Activations { get; }

    private void ExpireCalls()
    {
        var now = Now;
        List<Call>? expired = null;
        foreach (var activation in Activations)
            activation.CollectExpired(now, ref expired);
        foreach (var (correlation, pending) in _pending)
        {
            if (pending.Call.Deadline < now && _pending.TryRemove(correlation, out _))
            {
                if (_cancelsOnTimeout)
                    SendCancel(pending.Target, correlation);
                if (pending.Call.TryClaim())
                    (expired ??= []).Add(pending.Call);
            }
        }

        foreach (var (number, call) in _waiting)
        {
            if (HasExpired(call) && _waiting.TryRemove(number, out _) && call.TryClaim())
                (expired ??= []).Add(call);
        }

        if (expired is null)
            return;
        OnExpired(expired.Count);
        foreach (var call in expired)
        {
            call.PublishAbandoned(new TimeoutException(DescribeExpired(call)));
            if (_cancelsOnTimeout)
                SignalCancellation(call);
        }

        bool HasExpired(Call call) => call.Deadline < now && call.ReplyTo is null && (call.Options & CallOptions.OneWay) == 0;
    }

    /// <summary>
    /// Waits for something that has to be known before a call can be sent. Its time-out comes all the same: afterwards the call may have been completed, and must go nowhere then.
    /// </summary>
    protected async ValueTask<T> WithinDeadlineAsync<T>(Call call, ValueTask<T> answer)
    {
        var number = Interlocked.Increment(ref _lastWaiting);
        _waiting[number] = call;
        try
        {
            return await answer;
        }
        finally
        {
            _waiting.TryRemove(number, out _);
        }
    }

    protected virtual void OnExpired(int count)
    {
    }

    private string DescribeExpired(Call call)
    {
        var chain = new List<string>();
        var seen = new HashSet<GrainId>();
        GrainId? repeated = null;
        for (var link = call; link is not null && chain.Count < 32; link = link.Parent)
        {
            chain.Add($"{link.TargetId}.{link.GetMethodName()}");
            if (!seen.Add(link.TargetId))
                repeated = link.TargetId;
            if (link.Parent is null && !link.SourceId.IsDefault)
            {
                chain.Add(link.SourceId.ToString());
                if (!seen.Add(link.SourceId))
                    repeated = link.SourceId;
            }
        }

        chain.Reverse();
        var text = new StringBuilder($"Response did not arrive on time for {call}. Call chain: {string.Join(" -> ", chain)}.");
        if (repeated is { } grain)
            text.Append(System.Globalization.CultureInfo.InvariantCulture, $" Deadlock: {grain} waits for a call that waits for it; make it reentrant or allow call-chain reentrancy.");
        if (Find(call.TargetId) is { } activation)
            text.Append(' ').Append(activation.Describe()).Append('.');
        return text.ToString();
    }

    protected virtual Activation? Find(GrainId grainId) => null;
}
