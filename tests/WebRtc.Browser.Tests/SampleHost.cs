using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Nsn.WebRtc.Hosting;
using Nsn.WebRtc.Transport;

namespace Nsn.WebRtc.Browser.Tests;

/// <summary>What serves the page of `samples/WebRtc.Sample`, with the test clip as its stream.</summary>
internal sealed class SampleHost : IAsyncDisposable
{
    private readonly WebRtcServer _server;
    private readonly TestChannel _channel;
    private readonly WebApplication _app;

    private SampleHost(TestClip clip, string url)
    {
        _server = new WebRtcServer(new WebRtcServerOptions { BindAddress = IPAddress.Loopback });
        MediaSource source = new(_server, "sample");
        _channel = new TestChannel(clip, source);
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(url);
        _app = builder.Build();
        _app.MapGet("/", () => Results.Content(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "sample.html")), "text/html"));
        _app.MapWhep("/whep/test", _server, new WhepOptions { FindSource = _ => source });
        _app.MapGet("/status", () => "A moving test picture with a tone.");
        _app.MapGet("/statistics", () => _server.Connections.Select(connection => connection.GetStatistics()));
    }

    public string Origin { get; private set; } = string.Empty;

    /// <summary>The UDP and TCP port of its sessions.</summary>
    public int Port => _server.Port;

    public static async Task<SampleHost> StartAsync(TestClip clip, string url = "http://127.0.0.1:0")
    {
        SampleHost host = new(clip, url);
        await host._app.StartAsync();
        host.Origin = host._app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        return host;
    }

    public async ValueTask DisposeAsync()
    {
        _channel.Dispose();
        await _app.DisposeAsync();
        _server.Dispose();
    }
}
