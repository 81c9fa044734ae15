using System.Runtime.InteropServices;
using Nsn.AppHost.Model;

namespace Nsn.AppHost.Supervision;

/// <summary>Signals to processes and to whole process groups.</summary>
internal static partial class Signals
{
    private const int Kill = 9;

    public static void Send(int processId, StopSignal signal) => _ = SendSignal(processId, (int)signal);

    /// <summary>Ends a process group at once: the process and whatever it has started.</summary>
    public static void KillGroup(int groupId) => _ = SendSignal(-groupId, Kill);

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SendSignal(int processId, int signal);
}
