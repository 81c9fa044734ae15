using System.ComponentModel;
using System.Diagnostics;
using Nsn.AppHost.Supervision;

namespace Nsn.AppHost.Provisioning;

/// <summary>Runs a short command to its end. On Linux neither it nor what it has started outlives us.</summary>
internal static class Command
{
    private const int KeptLines = 40;
    private const int NoSuchFile = 2;

    /// <summary>Runs it; every line goes to <paramref name="onLine"/>, the last ones into the result.</summary>
    /// <exception cref="Win32Exception">There is no such program.</exception>
    public static async Task<CommandResult> RunAsync(
        string fileName, IEnumerable<string> arguments, string? workingDirectory, Action<string>? onLine, CancellationToken cancellationToken)
    {
        var kept = new Queue<string>();
        void Take(string? line)
        {
            if (line is null)
                return;
            onLine?.Invoke(line);
            lock (kept)
            {
                kept.Enqueue(line);
                if (kept.Count > KeptLines)
                    kept.Dequeue();
            }
        }

        ProcessStartInfo start = CreateStart([fileName, .. arguments], workingDirectory);
        var started = new TaskCompletionSource<Process>(TaskCreationOptions.RunContinuationsAsynchronously);
        var ended = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        // A thread of the pool may end before the process, and the kernel would take that for our end.
        new Thread(() => Run(start, Take, started, ended)) { IsBackground = true, Name = fileName }.Start();
        Process process = await started.Task.ConfigureAwait(false);
        try
        {
            int exitCode = await ended.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
            lock (kept)
                return new CommandResult(exitCode, string.Join('\n', kept));
        }
        catch (OperationCanceledException)
        {
            Kill(process);
            throw;
        }
    }

    private static ProcessStartInfo CreateStart(List<string> command, string? workingDirectory)
    {
        if (OperatingSystem.IsLinux())
        {
            // What comes before it would start, and say so in words of its own.
            if (!File.Exists(command[0]) && ToolLocator.FindOnPath(command[0]) is null)
                throw new Win32Exception(NoSuchFile, $"there is no program '{command[0]}'");
            command.InsertRange(0, ParentDeath.EndsGroup);
        }

        return new ProcessStartInfo(command[0], command.Skip(1))
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            WorkingDirectory = workingDirectory ?? "",
        };
    }

    private static void Run(ProcessStartInfo start, Action<string?> take, TaskCompletionSource<Process> started, TaskCompletionSource<int> ended)
    {
        try
        {
            using Process process = Process.Start(start) ?? throw new InvalidOperationException($"{start.FileName} does not start");
            started.SetResult(process);
            process.StandardInput.Close();
            process.OutputDataReceived += (_, e) => take(e.Data);
            process.ErrorDataReceived += (_, e) => take(e.Data);
            process.BeginOutputReadLine();
            process.BeginErrorReadLine();
            process.WaitForExit();
            ended.SetResult(process.ExitCode);
        }
        catch (Exception error)
        {
            if (!started.TrySetException(error))
                ended.SetException(error);
        }
    }

    private static void Kill(Process process)
    {
        try
        {
            if (OperatingSystem.IsLinux())
                Signals.KillGroup(process.Id);
            else
                process.Kill(entireProcessTree: true);
        }
        catch (InvalidOperationException)
        {
            // It has just ended by itself.
        }
    }
}
