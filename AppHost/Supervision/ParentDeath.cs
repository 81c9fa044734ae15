namespace Nsn.AppHost.Supervision;

/// <summary>
/// What to put before a command on Linux, so that it gets a session and a process group of its own and the kernel ends it when we are gone, even by
/// kill -9. The kernel means the thread that started it, which must live as long as the process.
/// </summary>
internal static class ParentDeath
{
    /// <summary>The process itself is killed; what it has started is left to it.</summary>
    public static readonly string[] EndsProcess = ["setsid", "setpriv", "--pdeathsig", "KILL"];

    /// <summary>The process is killed with everything in its group: the kernel's signal goes to one process only, so that is a shell that waits for it.</summary>
    public static readonly string[] EndsGroup =
        ["setsid", "setpriv", "--pdeathsig", "TERM", "sh", "-c", """trap 'kill -KILL 0' TERM; "$@" & wait "$!" """, "sh"];
}
