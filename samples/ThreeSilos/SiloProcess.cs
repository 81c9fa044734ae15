using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Nsn.Samples.ThreeSilos;

/// <summary>A silo in a process of its own. It ends in good order when this process does.</summary>
internal sealed class SiloProcess : IDisposable
{
    private readonly Process _process;

    public SiloProcess(string name, string database)
    {
        Name = name;
        Port = FreePort();
        // Its input ends with this process, and that ends it.
        _process = Process.Start(new ProcessStartInfo("dotnet", [typeof(SiloProcess).Assembly.Location, "silo", database, $"{Port}"]) { RedirectStandardInput = true })!;
        Console.WriteLine($"{name} is process {_process.Id}: kill -9 {_process.Id}");
    }

    public string Name { get; }
    public int Port { get; }
    public int Id => _process.Id;
    public bool HasExited => _process.HasExited;

    /// <summary>SIGKILL: it has no time for anything.</summary>
    public void Kill() => _process.Kill();

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.StandardInput.Close();
            if (!_process.WaitForExit(TimeSpan.FromSeconds(20)))
                _process.Kill();
        }

        _process.Dispose();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
