using System.Diagnostics;

namespace Nsn.AppHost.Provisioning;

/// <summary>Runs a short command to its end.</summary>
internal static class Command
{
    private const int KeptLines = 40;

    /// <summary>Runs it; every line goes to <paramref name="onLine"/>, the last ones into the result.</summary>
    public static async Task<CommandResult> RunAsync(
        string fileName, IEnumerable<string> arguments, string? workingDirectory, Action<string>? onLine, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(fileName)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            WorkingDirectory = workingDirectory ?? "",
        };
        foreach (string argument in arguments)
            start.ArgumentList.Add(argument);
        using Process process = Process.Start(start) ?? throw new InvalidOperationException($"{fileName} does not start");
        process.StandardInput.Close();
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

        process.OutputDataReceived += (_, e) => Take(e.Data);
        process.ErrorDataReceived += (_, e) => Take(e.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        try
        {
            await process.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }

        lock (kept)
            return new CommandResult(process.ExitCode, string.Join('\n', kept));
    }
}
