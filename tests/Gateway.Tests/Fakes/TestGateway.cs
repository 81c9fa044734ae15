using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Nsn.Content;
using Nsn.Gateway.Channels;
using Nsn.Grains.Channels;
using Nsn.Grains.Ledger;

namespace Nsn.Gateway.Tests.Fakes;

/// <summary>A whole gateway on free ports of the loopback addresses, with grains as a test says and contents in memory.</summary>
internal sealed class TestGateway : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly string _folder;
    private readonly List<HttpClient> _clients = [];

    private TestGateway(WebApplication app, string folder, ServerLog log)
    {
        _app = app;
        _folder = folder;
        Log = log;
        Address = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
        Http = From("127.0.0.1");
    }

    public Uri Address { get; }

    public HttpClient Http { get; }

    public IServiceProvider Services => _app.Services;

    public ServerLog Log { get; }

    public ChannelTail Tail => Services.GetRequiredService<ChannelTail>();

    /// <summary>Starts one. Loopback has many addresses, so that a test can be many people at once.</summary>
    public static Task<TestGateway> StartAsync(FakeGrains grains, params string[] settings) => StartAsync(
        grains, new ChainHead("nsn", new byte[32], 80, new byte[32], DateTimeOffset.UtcNow, new ChainTiming(TimeSpan.FromMinutes(10), 8, 80, 20)), settings);

    /// <summary>Starts one that has heard of no block yet.</summary>
    public static Task<TestGateway> StartBeforeTheChainAsync(FakeGrains grains, params string[] settings) => StartAsync(grains, null, settings);

    private static async Task<TestGateway> StartAsync(FakeGrains grains, ChainHead? head, string[] settings)
    {
        var folder = Directory.CreateTempSubdirectory("nsn-gateway-").FullName;
        using var port = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        var udp = ((IPEndPoint)port.Client.LocalEndPoint!).Port;
        port.Close();
        var builder = WebApplication.CreateBuilder(
            ["--urls=http://127.0.0.1:0", $"--Gateway:UdpPort={udp}", $"--Gateway:DataFolder={folder}", .. settings.Select(setting => "--" + setting)]);
        grains.On(nameof(IChannelGrain.SubscribeAsync), _ => throw new TimeoutException("no silo is there"));
        builder.Services.AddSingleton(grains.Factory);
        builder.Services.AddContentStore("memory");
        var log = new ServerLog();
        builder.Logging.AddProvider(log);
        // A gateway that waits for its viewers to go shows it.
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromMinutes(10));
        var bound = builder.Configuration.GetSection("Gateway").Get<GatewaySettings>()!;
        builder.AddGateway(bound);
        var app = builder.Build();
        app.UseGateway(bound);
        if (head is not null)
            app.Services.GetRequiredService<ChannelTail>().Observe(head, "Test", 0);
        await app.StartAsync(TestContext.Current.CancellationToken);
        return new TestGateway(app, folder, log);
    }

    /// <summary>A client with an address of its own.</summary>
    public HttpClient From(string source)
    {
        var client = new HttpClient(Handler(source)) { BaseAddress = Address, Timeout = TimeSpan.FromSeconds(60) };
        _clients.Add(client);
        return client;
    }

    /// <summary>Connects from an address.</summary>
    public static SocketsHttpHandler Handler(string source) => new()
    {
        UseProxy = false,
        ConnectCallback = async (context, cancellation) =>
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                socket.Bind(new IPEndPoint(IPAddress.Parse(source), 0));
                await socket.ConnectAsync(context.DnsEndPoint, cancellation);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        },
    };

    public async Task<JsonElement> GetJsonAsync(string path)
    {
        using var document = JsonDocument.Parse(await Http.GetStringAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken));
        return document.RootElement.Clone();
    }

    /// <summary>Stops it, as a signal does.</summary>
    public Task StopAsync() => _app.StopAsync(CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        foreach (var client in _clients)
            client.Dispose();
        await StopAsync();
        await _app.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
