using System.Diagnostics;
using System.Net.Sockets;

namespace Nsn.Engine.Runtime.Transport;

/// <summary>
/// Looks for the next bytes of a connection for a moment before the thread goes to sleep. Two peers that call each other in turns save waking threads that way; where it
/// does not help it is tried ever more rarely. One connection of a process at a time does it.
/// </summary>
internal sealed class Spinner(Spinner.Turnstile turnstile)
{
    private const int SkipsMax = 63;
    private static readonly long s_time = Stopwatch.Frequency / 10_000; // 100 µs, longer than a sleeping peer takes to wake up
    private int _skips;
    private int _skipsLeft;

    /// <summary>Waits for bytes; false when none came in time or it is not worth trying.</summary>
    public bool Wait(Socket socket)
    {
        if (_skipsLeft > 0)
        {
            _skipsLeft--;
            return false;
        }

        if (!turnstile.TryEnter())
            return false;
        var until = Stopwatch.GetTimestamp() + s_time;
        bool found;
        while (!(found = socket.Available > 0) && Stopwatch.GetTimestamp() < until)
            Thread.SpinWait(10);
        turnstile.Leave();
        _skips = found ? 0 : Math.Min((_skips * 2) + 1, SkipsMax);
        _skipsLeft = _skips;
        return found;
    }

    /// <summary>Lets one connection spin at a time, and none where there is but one processor.</summary>
    internal sealed class Turnstile
    {
        private readonly bool _never = Environment.ProcessorCount < 2;
        private int _taken;

        public bool TryEnter() => !_never && Interlocked.CompareExchange(ref _taken, 1, 0) == 0;
        public void Leave() => Volatile.Write(ref _taken, 0);
    }
}
