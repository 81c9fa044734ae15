using System.Diagnostics;
using Nsn.AppHost.Model;

namespace Nsn.AppHost.Supervision;

/// <summary>A process that we started, with its console going into a <see cref="LogBuffer"/>.</summary>
public sealed class ManagedProcess : IDisposable
{
    private readonly Process _process;
    private readonly Task _output;

    internal ManagedProcess(Process process, LogBuffer log)
    {
        _process = process;
        Id = process.Id;
        _output = Task.WhenAll(CopyAsync(process.StandardOutput, log, false), CopyAsync(process.StandardError, log, true));
        Exited = WaitAsync();
    }

    /// <summary>Process id, and id of its process group.</summary>
    public int Id { get; }

    /// <summary>Completes with the exit code when the process has ended.</summary>
    public Task<int> Exited { get; }

    /// <summary>Asks it to end, waits, and kills what is left of it and of its children.</summary>
    public async Task StopAsync(StopSignal signal, TimeSpan timeout)
    {
        if (OperatingSystem.IsWindows())
        {
            _process.Kill(entireProcessTree: true);
        }
        else
        {
            if (!Exited.IsCompleted)
                Signals.Send(Id, signal);
            await Task.WhenAny(Exited, Task.Delay(timeout)).ConfigureAwait(false);
            KillGroup();
        }

        await Exited.ConfigureAwait(false);
    }

    /// <summary>Kills it and its children.</summary>
    public void KillGroup()
    {
        if (OperatingSystem.IsWindows())
            _process.Kill(entireProcessTree: true);
        else if (OperatingSystem.IsLinux())
            Signals.KillGroup(Id);
        else if (!Exited.IsCompleted)
            _process.Kill(entireProcessTree: true);
    }

    /// <summary>Gives the handle back; does not end the process.</summary>
    public void Dispose() => _process.Dispose();

    private async Task<int> WaitAsync()
    {
        await _process.WaitForExitAsync().ConfigureAwait(false);
        // A child that holds the pipe open must not hold us up.
        await Task.WhenAny(_output, Task.Delay(TimeSpan.FromMilliseconds(500))).ConfigureAwait(false);
        return _process.ExitCode;
    }

    // Lines of bounded length, whatever the process writes.
    private static async Task CopyAsync(StreamReader reader, LogBuffer log, bool isError)
    {
        char[] buffer = new char[LogBuffer.MaxLineLength];
        int filled = 0;
        try
        {
            while (true)
            {
                int read = await reader.ReadAsync(buffer.AsMemory(filled)).ConfigureAwait(false);
                filled += read;
                int start = 0;
                for (int end = Array.IndexOf(buffer, '\n', 0, filled); end >= 0; end = Array.IndexOf(buffer, '\n', start, filled - start))
                {
                    log.Append(new string(buffer, start, end - start).TrimEnd('\r'), isError);
                    start = end + 1;
                }

                buffer.AsSpan(start, filled - start).CopyTo(buffer);
                filled -= start;
                if (filled == buffer.Length || (read == 0 && filled > 0))
                {
                    log.Append(new string(buffer, 0, filled), isError);
                    filled = 0;
                }

                if (read == 0)
                    return;
            }
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException or InvalidOperationException)
        {
            // The pipe went away with the process.
        }
    }
}
