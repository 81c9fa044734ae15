namespace Nsn.WebRtc.Transport;

/// <summary>What all threads of a server sent over UDP. Threads come and go, so the counters are not theirs.</summary>
internal sealed class SendCounters
{
    private long _datagrams;
    private long _systemCalls;

    /// <summary>Datagrams that went out.</summary>
    public long Datagrams => Interlocked.Read(ref _datagrams);

    /// <summary>System calls that it took.</summary>
    public long SystemCalls => Interlocked.Read(ref _systemCalls);

    /// <summary>Counts one system call.</summary>
    public void Note(int datagrams)
    {
        Interlocked.Add(ref _datagrams, datagrams);
        Interlocked.Increment(ref _systemCalls);
    }
}
