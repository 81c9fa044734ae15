using System.Diagnostics;
using System.Runtime.ExceptionServices;

namespace Nsn.Engine.Runtime.Transport;

/// <summary>
/// Lets the thread that reads a connection run what the frames have caused, turns of grains and continuations of callers, and writes what those send in one go: a call then
/// needs no other thread to wake up, and calls that come together share system calls in both directions.
/// </summary>
/// <remarks>
/// What runs is other people's code and may take long or block. Three things keep that from holding up the connection. After a short while the rest goes to the thread pool, to
/// be run by all processors. Code that took long keeps the connection from running anything for a hundred times as long, 20 ms at most. And when the thread does not come back, the
/// transport's watch takes the reading away from it (<see cref="TryTakeOver"/>), and another thread goes on with the bytes that follow.
/// </remarks>
internal sealed class ReaderTurns
{
    private const int Reading = 0;
    private const int Running = 1;
    private const int TakenOver = 2;
    private const int AloneMax = 3;
    private const int RestFactor = 100;
    private static readonly long s_restMax = Stopwatch.Frequency / 50; // 20 ms: a thread that the system did not run for a while looks like one that ran long
    private static readonly long s_share = Stopwatch.Frequency / 5000; // 200 µs for all that came with one read
    private static readonly long s_long = Stopwatch.Frequency / 2000; // 500 µs for one piece

    [ThreadStatic]
    private static ReaderTurns? s_current;

    private readonly Lock _gate = new();
    private readonly Queue<IThreadPoolWorkItem> _items = new();
    private readonly List<TcpPeer> _held = [];
    private ExecutionContext? _context;
    private int _state;
    private int _runs;
    private int _runsSeen;
    private long _restUntil;

    /// <summary>Takes the work that this thread causes while it reads; null on other threads.</summary>
    public static ReaderTurns? Current => s_current;

    /// <summary>From now on work that this thread causes comes here.</summary>
    public void Begin()
    {
        _context ??= ExecutionContext.Capture();
        s_current = this;
    }

    public void Add(IThreadPoolWorkItem item)
    {
        lock (_gate)
        {
            if (_state != TakenOver)
            {
                _items.Enqueue(item);
                return;
            }
        }

        Queue(item);
    }

    /// <summary>Whether a peer's frames may wait until <see cref="End"/> writes them.</summary>
    public bool Hold(TcpPeer peer)
    {
        lock (_gate)
        {
            if (_state == TakenOver)
                return false;
            if (!_held.Contains(peer))
                _held.Add(peer);
            return true;
        }
    }

    /// <summary>
    /// Ends what <see cref="Begin"/> began: runs the work or leaves it to the thread pool, and writes what was held. False when another thread has taken the reading over: then
    /// nothing of the connection may be touched any more. <paramref name="alone"/> says that it was a piece or two and has been run: the work of a caller who waits for each
    /// answer, rather than of many.
    /// </summary>
    public bool End(out bool alone)
    {
        alone = false;
        var mine = true;
        if (_items.Count > 0 && Stopwatch.GetTimestamp() is var now && now >= _restUntil)
        {
            lock (_gate)
                _state = Running;
            alone = RunShare(now) <= AloneMax;
            lock (_gate)
            {
                mine = _state == Running;
                if (mine)
                    _state = Reading;
            }

            alone &= _items.Count == 0;
        }

        s_current = null;
        if (!mine)
            return false;
        HandOver();
        return true;
    }

    private int RunShare(long started)
    {
        var count = 0;
        var until = started + s_share;
        var began = started;
        while (began < until && TryTake(out var item))
        {
            Volatile.Write(ref _runs, _runs + 1);
            Run(item);
            var ended = Stopwatch.GetTimestamp();
            if (ended - began > s_long)
                _restUntil = ended + Math.Min((ended - began) * RestFactor, s_restMax);
            began = ended;
            count++;
        }

        return count;
    }

    /// <summary>What the work leaves in the context is not for the next; what it throws ends the process, as on the thread pool.</summary>
    private void Run(IThreadPoolWorkItem item)
    {
        try
        {
            ExecutionContext.Run(_context!, static work => ((IThreadPoolWorkItem)work!).Execute(), item);
        }
        catch (Exception exception)
        {
            ThreadPool.UnsafeQueueUserWorkItem(static thrown => thrown.Throw(), ExceptionDispatchInfo.Capture(exception), preferLocal: false);
        }
    }

    private bool TryTake(out IThreadPoolWorkItem item)
    {
        lock (_gate)
        {
            item = null!;
            return _state == Running && _items.TryDequeue(out item!);
        }
    }

    /// <summary>Asked again and again by a watch: true when the same piece of work runs since the last time. The asker has to read from now on.</summary>
    public bool TryTakeOver()
    {
        var runs = Volatile.Read(ref _runs);
        var stuck = runs == _runsSeen && runs != 0;
        _runsSeen = runs;
        if (!stuck)
            return false;
        lock (_gate)
        {
            if (_state != Running)
                return false;
            _state = TakenOver;
        }

        HandOver();
        return true;
    }

    /// <summary>Leaves what was not run to the thread pool, and writes what was held.</summary>
    private void HandOver()
    {
        while (_items.TryDequeue(out var left))
            Queue(left);
        foreach (var peer in _held)
            peer.Flush();
        _held.Clear();
    }

    private static void Queue(IThreadPoolWorkItem item) => ThreadPool.UnsafeQueueUserWorkItem(item, preferLocal: true);
}
