namespace Nsn.AppHost.Model;

/// <summary>Signals that ask a process to end; the values are those of POSIX.</summary>
public enum StopSignal
{
    /// <summary>SIGINT: PostgreSQL's "fast" shutdown.</summary>
    Interrupt = 2,

    /// <summary>SIGTERM.</summary>
    Terminate = 15,
}
