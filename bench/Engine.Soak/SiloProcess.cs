using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Nsn.Engine.Soak;

/// <summary>A silo in a process of its own. It ends when this process does.</summary>
public sealed class SiloProcess : IDisposable
{
    private readonly Process _process;
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Queue<string> _output = new();

    public SiloProcess(string connectionString, string cluster)
    {
        Port = FreePort();
        _process = Process.Start(new ProcessStartInfo("dotnet", [typeof(SiloProcess).Assembly.Location, "silo", connectionString, $"{Port}", cluster])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        _process.OutputDataReceived += (_, line) => Take(line.Data);
        _process.ErrorDataReceived += (_, line) => Take(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public int Port { get; }
    public bool HasExited => _process.HasExited;

    /// <summary>The last lines it printed.</summary>
    public string Output
    {
        get
        {
            lock (_output)
                return string.Join('\n', _output);
        }
    }

    public Task WaitUntilReadyAsync(TimeSpan limit) => _ready.Task.WaitAsync(limit);

    /// <summary>SIGKILL: it has no time for anything.</summary>
    public void Kill() => _process.Kill();

    /// <summary>SIGSTOP.</summary>
    public void Pause() => Signal("STOP");

    /// <summary>SIGCONT.</summary>
    public void Resume() => Signal("CONT");

    /// <summary>Ends it in good order.</summary>
    public async Task StopAsync()
    {
        _process.StandardInput.Close();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await _process.WaitForExitAsync(limit.Token);
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.Dispose();
    }

    private void Signal(string name)
    {
        using var kill = Process.Start("kill", [$"-{name}", $"{_process.Id}"]);
        kill.WaitForExit();
    }

    private void Take(string? line)
    {
        if (line is null)
            return;
        if (line == "ready")
            _ready.TrySetResult();
        lock (_output)
        {
            _output.Enqueue(line);
            if (_output.Count > 200)
                _output.Dequeue();
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
