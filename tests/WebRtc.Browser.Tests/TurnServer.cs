using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Nsn.WebRtc.Hosting;

namespace Nsn.WebRtc.Browser.Tests;

/// <summary>coturn on a loopback port, with credentials that expire.</summary>
public sealed class TurnServer : IAsyncDisposable
{
    private const string Program = "/usr/bin/turnserver";
    private const string Secret = "secret of both servers";

    private readonly Process _process;
    private readonly string _folder;
    private readonly int _port;

    private TurnServer(Process process, string folder, int port)
    {
        _process = process;
        _folder = folder;
        _port = port;
    }

    public static bool IsAvailable => File.Exists(Program);

    public static async Task<TurnServer> StartAsync(CancellationToken cancellationToken)
    {
        string folder = Directory.CreateTempSubdirectory("nsn-turn-").FullName;
        int port = FindFreePort();
        string[] arguments =
        [
            "-n", "--listening-ip=127.0.0.1", $"--listening-port={port}", "--relay-ip=127.0.0.1", "--use-auth-secret", $"--static-auth-secret={Secret}",
            "--realm=test", "--no-tls", "--no-dtls", "--no-cli", "--allow-loopback-peers", "--log-file=stdout", $"--pidfile={Path.Combine(folder, "pid")}",
            $"--userdb={Path.Combine(folder, "db")}",
        ];
        Process process = Process.Start(new ProcessStartInfo(Program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        TurnServer server = new(process, folder, port);
        try
        {
            await server.WaitUntilListeningAsync(cancellationToken);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    public string CreateLink() => IceServerLink.Turn($"turn:127.0.0.1:{_port}?transport=udp", Secret, "viewer", DateTimeOffset.UtcNow.AddHours(1));

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        await _process.WaitForExitAsync();
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task WaitUntilListeningAsync(CancellationToken cancellationToken)
    {
        Stopwatch clock = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                using Socket probe = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                await probe.ConnectAsync(new IPEndPoint(IPAddress.Loopback, _port), cancellationToken);
                return;
            }
            catch (SocketException exception)
            {
                Assert.False(_process.HasExited, "coturn ended at once");
                Assert.True(clock.Elapsed < TimeSpan.FromSeconds(60), $"coturn does not listen on port {_port} after 60 s: {exception.Message}");
                await Task.Delay(50, cancellationToken);
            }
        }
    }

    private static int FindFreePort()
    {
        using Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
