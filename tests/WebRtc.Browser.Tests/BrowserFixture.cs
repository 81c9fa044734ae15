using System.Collections.Concurrent;
using System.Net;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Playwright;
using Nsn.WebRtc.DataChannels;
using Nsn.WebRtc.Hosting;
using Nsn.WebRtc.Sctp;
using Nsn.WebRtc.Sessions;
using Nsn.WebRtc.Transport;

[assembly: AssemblyFixture(typeof(Nsn.WebRtc.Browser.Tests.BrowserFixture))]

namespace Nsn.WebRtc.Browser.Tests;

/// <summary>A gateway with a test channel, and a headless Chromium if there is one.</summary>
public sealed class BrowserFixture : IAsyncLifetime
{
    private WebApplication? _app;
    private IPlaywright? _playwright;
    private TestChannel? _channel;

    public static string ChromiumPath => Environment.GetEnvironmentVariable("CHROMIUM") ?? "/usr/bin/chromium";

    public static bool IsAvailable => File.Exists(ChromiumPath);

    /// <summary>The WHIP and WHEP clients of the npm package `whip-whep`.</summary>
    public static string ThirdPartyPlayers { get; } = FindPlayers();

    public IBrowser Browser { get; private set; } = null!;

    public WebRtcServer Server { get; private set; } = null!;

    public MediaSource Source { get; private set; } = null!;

    public MediaSource Published { get; private set; } = null!;

    /// <summary>What is played at `/whep/` and its name: `test`, and what tests add.</summary>
    public ConcurrentDictionary<string, MediaSource> Channels { get; } = new();

    /// <summary>What comes in at `/whip-` and a name, and goes out at `/watch-` and that name.</summary>
    public ConcurrentDictionary<string, MediaSource> PublishedBy { get; } = new();

    /// <summary>What `/whep-turn` tells its viewers to use.</summary>
    public string? TurnLink { get; set; }

    public string Origin { get; private set; } = string.Empty;

    public async ValueTask InitializeAsync()
    {
        Server = new WebRtcServer(new WebRtcServerOptions { BindAddress = IPAddress.Loopback });
        Source = new MediaSource(Server, "test");
        Channels["test"] = Source;
        _channel = new TestChannel(TestClip.Create(), Source);
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _app = builder.Build();
        if (Environment.GetEnvironmentVariable("NSN_OFFERS") is { } folder)
        {
            KeepOffers(_app, folder);
        }

        _app.MapGet("/", () => Results.Content(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "page.html")), "text/html"));
        _app.MapWhep("/whep/{channel}", Server, new WhepOptions
        {
            FindSource = context => Channels.GetValueOrDefault((string)context.Request.RouteValues["channel"]!),
            OnAccepted = (context, connection) => connection.Event += Echo,
        });
        Published = new MediaSource(Server, "published");
        _app.MapWhep("/watch", Server, new WhepOptions { FindSource = context => Published });
        _app.MapWhip("/whip", Server, new WhipOptions
        {
            FindSource = context => Published,
            Authorize = context => ValueTask.FromResult<int?>(context.Request.Headers.Authorization == "Bearer wrong" ? 403 : null),
        });
        _app.MapWhep("/whep-turn", Server, new WhepOptions { FindSource = context => Source, CreateIceServerLinks = context => [TurnLink!] });
        foreach (string peer in new[] { "firefox", "werift", "gstreamer", "whip-whep", "chromium-simulcast", "chromium-wishes", "firefox-wishes" })
        {
            MediaSource published = PublishedBy[peer] = new(Server, "published by " + peer);
            WhepOptions whep = new() { FindSource = context => published };
            WhipOptions whip = new() { FindSource = context => published };
            whep.IceServerLinks.Add(IceServerLink.Turn("turn:127.0.0.1:9", "somebody", "secret"));
            whip.IceServerLinks.Add(IceServerLink.Turn("turn:127.0.0.1:9", "somebody", "secret"));
            _app.MapWhep("/watch-" + peer, Server, whep);
            _app.MapWhip("/whip-" + peer, Server, whip);
        }

        _app.MapGet("/whip-whep/{file}", (string file) => Results.Content(File.ReadAllText(Path.Combine(ThirdPartyPlayers, Path.GetFileName(file))), "text/javascript"));

        // Signalling in which the server speaks first.
        _app.MapPost("/offer", () =>
        {
            WebRtcConnection viewer = Server.CreateOffer(null, out string offer);
            Source.Add(viewer);
            return Results.Json(new { id = viewer.Id, sdp = offer });
        });
        _app.MapPost("/answer/{id}", async (HttpContext context, string id) =>
        {
            using StreamReader reader = new(context.Request.Body);
            string answer = await reader.ReadToEndAsync(context.RequestAborted);
            return Server.TryGet(id, out WebRtcConnection? viewer) && viewer!.TryApplyAnswer(answer, out string? reason) ? Results.NoContent() : Results.BadRequest();
        });

        await _app.StartAsync();
        Origin = _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        if (!IsAvailable)
        {
            return;
        }

        _playwright = await Playwright.CreateAsync();
        Browser = await LaunchAsync(_playwright, soundsByItself: true);
    }

    /// <summary>A headless Chromium with a camera that is none.</summary>
    /// <param name="playwright">Who drives it.</param>
    /// <param name="soundsByItself">False if pages may sound only after a click, as for a person.</param>
    public static Task<IBrowser> LaunchAsync(IPlaywright playwright, bool soundsByItself) => playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
    {
        ExecutablePath = ChromiumPath,
        Headless = true,
        Args =
        [
            "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
            "--disable-sync", "--disable-features=WebRtcHideLocalIpsWithMdns",
            soundsByItself ? "--autoplay-policy=no-user-gesture-required" : "--autoplay-policy=document-user-activation-required",
            "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream",
        ],
    });

    public async ValueTask DisposeAsync()
    {
        if (Browser is not null)
        {
            await Browser.CloseAsync();
        }

        _playwright?.Dispose();
        _channel?.Dispose();
        if (_app is not null)
        {
            await _app.DisposeAsync();
        }

        Server?.Dispose();
    }

    /// <summary>What the server knows of its sessions, for failure messages.</summary>
    public string Describe() => string.Join(
        "; ",
        Server.Connections.Select(connection => connection.Use((session, now) =>
            $"{session.State} to {session.RemoteAddress}, dropped {session.DatagramsDropped} ({session.LastDropReason}), queued {session.QueuedMediaBytes}")));

    private static string FindPlayers([CallerFilePath] string thisFile = "") =>
        Path.Combine(Path.GetDirectoryName(thisFile)!, "node_modules", "whip-whep");

    // For the collection in tests/WebRtc.Tests/Offers.
    private static void KeepOffers(WebApplication app, string folder)
    {
        int number = 0;
        app.Use(async (context, next) =>
        {
            if (HttpMethods.IsPost(context.Request.Method))
            {
                context.Request.EnableBuffering();
                using StreamReader reader = new(context.Request.Body, leaveOpen: true);
                string name = $"{Interlocked.Increment(ref number):D2}{context.Request.Path.Value!.Replace('/', '-')}.sdp";
                await File.WriteAllTextAsync(Path.Combine(folder, name), await reader.ReadToEndAsync(context.RequestAborted), context.RequestAborted);
                context.Request.Body.Position = 0;
            }

            await next();
        });
    }

    // Sends every message back; what does not fit the buffer waits for its turn.
    private static void Echo(WebRtcConnection connection, SessionEvent sessionEvent)
    {
        Queue<ReadOnlyMemory<byte>> waiting = (Queue<ReadOnlyMemory<byte>>)(connection.Tag ??= new Queue<ReadOnlyMemory<byte>>());
        if (sessionEvent is DataChannelMessage message)
        {
            waiting.Enqueue(message.Data);
        }

        DataChannel? channel = (sessionEvent as DataChannelMessage)?.Channel ?? (sessionEvent as DataChannelWritable)?.Channel;
        while (channel is not null && waiting.TryPeek(out ReadOnlyMemory<byte> next) && connection.SendData(channel, next) == SctpSendResult.Queued)
        {
            waiting.Dequeue();
        }
    }

    /// <summary>A page of its own profile.</summary>
    public async Task<IPage> OpenAsync()
    {
        IBrowserContext context = await Browser.NewContextAsync();
        IPage page = await context.NewPageAsync();
        await page.GotoAsync(Origin + "/");
        return page;
    }
}
