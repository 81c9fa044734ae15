using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Nsn.Content;
using Nsn.Gateway;
using Nsn.Gateway.Api;
using Nsn.Gateway.Channels;
using Nsn.Gateway.Frames;
using Nsn.Grains.Ledger;
using Nsn.Grains.Telemetry;
using Nsn.Grains.Viewers;
using Nsn.Protocol.Chunks;
using Orleans.Hosting;
using Orleans.TestingHost;

namespace Nsn.Silo.Tests;

/// <summary>A viewer that was cut off goes on where it was, for thirty seconds: a whole gateway in this process, and the real grain behind it.</summary>
public sealed class ViewerResumeTests : IAsyncLifetime
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);
    private readonly string _folder = Directory.CreateTempSubdirectory("nsn-gateway-").FullName;
    private readonly HttpClient _http = new() { Timeout = s_limit };
    private TestCluster _cluster = null!;
    private WebApplication _gateway = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        GrainTime.Held = null;
        var builder = new TestClusterBuilder(1);
        builder.AddSiloBuilderConfigurator<SiloSetup>();
        _cluster = builder.Build();
        await _cluster.DeployAsync();
        _gateway = await StartGatewayAsync();
        var tail = _gateway.Services.GetRequiredService<ChannelTail>();
        tail.Observe(new ChainHead("nsn", new byte[32], 80, new byte[32], DateTimeOffset.UtcNow, new ChainTiming(TimeSpan.FromMinutes(10), 8, 80, 20)), "Test", 0);
        Put(tail, 10); // on air
        Put(tail, 11); // here already, and not sent for an hour: what a viewer wants next
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _gateway.StopAsync(CancellationToken.None);
        await _gateway.DisposeAsync();
        await _cluster.StopAllSilosAsync();
        await _cluster.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
        GrainTime.Held = null;
    }

    [Fact]
    public async Task A_session_is_resumed_with_its_state_for_thirty_seconds_and_begins_anew_after_that()
    {
        var began = DateTimeOffset.UtcNow;
        GrainTime.Held = began;
        var (session, resumed) = await WatchAsync(null);
        Assert.False(resumed);
        var left = await LeftAsync(session, info => info.Position == new ViewerPosition(11, 0));
        Assert.Equal(("main", "http", began), (left.Channel, left.Transport, left.JoinedAt));
        Assert.True(left.BytesSent > 0, "Nothing was counted.");

        GrainTime.Held = began.AddSeconds(30);
        await ResumesAsync(session);
        var again = await LeftAsync(session, info => info.BytesSent > left.BytesSent);
        Assert.Equal((began, left.Position), (again.JoinedAt, again.Position));

        // It was away for longer: another viewer under an old name, who joins live.
        GrainTime.Held = began.AddSeconds(61);
        Assert.Null(await Grain(session).GetAsync());
        (_, resumed) = await WatchAsync(session);
        Assert.False(resumed);
        var anew = await LeftAsync(session, info => info.BytesSent > 0);
        Assert.Equal(began.AddSeconds(61), anew.JoinedAt);
        Assert.True(anew.BytesSent < again.BytesSent, $"{anew.BytesSent} bytes, after {again.BytesSent} of the session before.");
    }

    [Fact]
    public async Task Two_viewers_with_one_name_at_a_time_are_two_sessions()
    {
        using var response = await OpenAsync(null);
        var (session, _) = await HelloAsync(await response.Content.ReadAsStreamAsync(Cancellation));
        var (other, _) = await WatchAsync(session);
        Assert.NotEqual(session, other);
    }

    /// <summary>Resumes. A grain that does not answer within a second lets the viewer join live, which may happen where the machine is slow; the time that counts stands still.</summary>
    private async Task ResumesAsync(string session)
    {
        var until = DateTimeOffset.UtcNow + s_limit;
        while (await WatchAsync(session) is var (name, resumed) && (name != session || !resumed))
            Assert.True(DateTimeOffset.UtcNow < until, $"The session was not resumed within {s_limit.TotalSeconds} s.");
    }

    /// <summary>Watches until the hello and a first slot have come, and is cut off.</summary>
    private async Task<(string Session, bool Resumed)> WatchAsync(string? session)
    {
        using var response = await OpenAsync(session);
        await using var stream = await response.Content.ReadAsStreamAsync(Cancellation);
        var hello = await HelloAsync(stream);
        while ((await ReadAsync(stream)).Type != FrameType.Slot)
        {
        }

        return hello;
    }

    private Task<HttpResponseMessage> OpenAsync(string? session) => _http.GetAsync(
        new Uri($"{_gateway.Urls.Single()}/api/channels/main/stream{(session is null ? "" : $"?session={session}")}"), HttpCompletionOption.ResponseHeadersRead, Cancellation);

    private static async Task<(string Session, bool Resumed)> HelloAsync(Stream stream)
    {
        var (type, body) = await ReadAsync(stream);
        Assert.Equal(FrameType.Hello, type);
        using var hello = JsonDocument.Parse(body);
        return (hello.RootElement.GetProperty("session").GetString()!, hello.RootElement.GetProperty("resumed").GetBoolean());
    }

    private static async Task<(FrameType Type, byte[] Body)> ReadAsync(Stream stream)
    {
        var head = new byte[5];
        await stream.ReadExactlyAsync(head, Cancellation).AsTask().WaitAsync(s_limit, Cancellation);
        var body = new byte[BinaryPrimitives.ReadUInt32LittleEndian(head) - 1];
        await stream.ReadExactlyAsync(body, Cancellation).AsTask().WaitAsync(s_limit, Cancellation);
        return ((FrameType)head[4], body);
    }

    /// <summary>What the grain knows once the gateway has told it that the viewer is gone.</summary>
    private async Task<ViewerSessionInfo> LeftAsync(string session, Func<ViewerSessionInfo, bool> holds)
    {
        var until = DateTimeOffset.UtcNow + s_limit;
        while (true)
        {
            var info = await Grain(session).GetAsync();
            if (info is { Connected: false } && holds(info))
                return info;
            Assert.True(DateTimeOffset.UtcNow < until, $"The grain did not hear within {s_limit.TotalSeconds} s how far the viewer was when it left. Last: {info}");
            await Task.Delay(20, Cancellation);
        }
    }

    private IViewerSessionGrain Grain(string session) => _cluster.GrainFactory.GetGrain<IViewerSessionGrain>(session);

    private static void Put(ChannelTail tail, ulong slot)
    {
        var content = SlotContent.FromSegments(slot, [new VerifiedSegment(0, ChunkKind.WebmVp8Opus, 0, 1000, new byte[] { (byte)slot, 1, 2 })]);
        var summary = new SlotSummary
        {
            Slot = slot,
            Epoch = 1,
            Channel = "main",
            Kind = "certified",
            State = "certified",
            AirsAt = tail.AirTimeOf(slot)!.Value.ToUnixTimeMilliseconds(),
            DurationMilliseconds = 8000,
            Origin = "programme",
        };
        tail.Put(new SlotView(summary, null, content, [1, 2, 3], [4, 5]));
    }

    private async Task<WebApplication> StartGatewayAsync()
    {
        using var free = new UdpClient(new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 0));
        var udp = ((System.Net.IPEndPoint)free.Client.LocalEndPoint!).Port;
        free.Close();
        var builder = WebApplication.CreateBuilder(["--urls=http://127.0.0.1:0", $"--Gateway:UdpPort={udp}", $"--Gateway:DataFolder={_folder}"]);
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<IGrainFactory>(_ => _cluster.GrainFactory);
        builder.Services.AddContentStore("memory");
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(1));
        var settings = builder.Configuration.GetSection("Gateway").Get<GatewaySettings>()!;
        builder.AddGateway(settings);
        // What the tail holds is what a test puts there.
        foreach (var follower in builder.Services.Where(service => service.ImplementationFactory?.Method.ReturnType == typeof(ChannelFollower) && service.ServiceType == typeof(IHostedService)).ToArray())
            builder.Services.Remove(follower);
        var app = builder.Build();
        app.UseGateway(settings);
        await app.StartAsync(Cancellation);
        return app;
    }

    private sealed class SiloSetup : ISiloConfigurator
    {
        public void Configure(ISiloBuilder siloBuilder)
        {
            siloBuilder.Services.AddGrainMetrics();
            siloBuilder.Services.AddSingleton<TimeProvider, GrainTime>();
        }
    }

    /// <summary>The system's time, until a test holds it.</summary>
    private sealed class GrainTime : TimeProvider
    {
        public static DateTimeOffset? Held { get; set; }

        public override DateTimeOffset GetUtcNow() => Held ?? base.GetUtcNow();
    }
}
