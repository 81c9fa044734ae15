using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Nsn.Media;
using Nsn.WebRtc.Hosting;
using Nsn.WebRtc.Transport;

namespace Nsn.Cli.Tests;

/// <summary><c>nsn watch</c> and <c>nsn publish</c> against the endpoints themselves, on loopback.</summary>
public sealed class LiveTests : IDisposable
{
    private const string Token = "a-secret";
    private const int FrameMilliseconds = 40;
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);
    private static readonly WebRtc.Media.MediaCodec Codec = WebRtc.Media.MediaCodec.Vp8;

    private readonly string _folder = Directory.CreateTempSubdirectory("nsn-live-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task What_is_published_is_watched_with_the_same_frames_and_times()
    {
        await using var app = await StartAsync();
        var clip = WriteClip(seconds: 3);
        var publishing = Run("publish", At("clip.webm"), app.Urls.First() + "/whip", "--token", Token, "--json", At("publish.json"));

        // The channel has a publisher before anybody can watch it.
        await UntilAsync(() => Source(app).Publisher is not null, "a publisher");
        var watching = WatchAsync(app.Urls.First() + "/whep", At("watched.webm"), CancellationToken.None);
        var (published, _, publishErrors) = await publishing.WaitAsync(Deadline, TestContext.Current.CancellationToken);
        Assert.True(published == ExitCode.Success, publishErrors);

        // The channel closes in order, so that its last picture arrives before the end.
        await Assert.Single(Source(app).Viewers).CloseAsync(Deadline).WaitAsync(Deadline, TestContext.Current.CancellationToken);
        var (code, output, errors) = await watching.WaitAsync(Deadline, TestContext.Current.CancellationToken);
        Assert.True(code == ExitCode.Success, errors);
        Assert.True(WebMClip.TryParse(await File.ReadAllBytesAsync(At("watched.webm"), TestContext.Current.CancellationToken), out var watched, out var reason), reason);
        Assert.Equal((320, 240), (watched!.Tracks.Width, watched.Tracks.Height));
        Assert.True(watched.Video[0].KeyFrame);

        // The frames that came before the viewer are brought by the join, a millisecond apart; what was live keeps its distances.
        var bySize = clip.ToDictionary(frame => frame.Data.Length, frame => frame.TimestampMilliseconds);
        var times = watched.Video.Select(frame => (Sent: bySize[frame.Data.Length], Got: frame.TimestampMilliseconds)).ToArray();
        var live = times.SkipWhile((item, i) => i + 1 < times.Length && times[i + 1].Got - item.Got < FrameMilliseconds / 2).ToArray();
        Assert.True(live.Length >= 10, $"{live.Length} live pictures of {times.Length} came");
        Assert.All(live, item => Assert.InRange(item.Got - live[0].Got - (item.Sent - live[0].Sent), -1, 1));
        Assert.Equal(clip[^1].TimestampMilliseconds, live[^1].Sent);
        Assert.NotEmpty(watched.Audio);
        using var json = JsonDocument.Parse(output);
        Assert.Equal(watched.Video.Count, json.RootElement.GetProperty("video").GetProperty("frames").GetInt32());
        Assert.Equal("stream", json.RootElement.GetProperty("ended").GetString());
        using var sent = JsonDocument.Parse(await File.ReadAllBytesAsync(At("publish.json"), TestContext.Current.CancellationToken));
        Assert.Equal(clip.Count, sent.RootElement.GetProperty("frames_sent").GetInt32());
        Assert.True(sent.RootElement.GetProperty("sent_seconds").GetDouble() >= 2.9, "the clip was sent faster than real time");
    }

    [Fact]
    public async Task Watching_ends_after_the_time_that_was_asked_for()
    {
        await using var app = await StartAsync();
        using var ended = new CancellationTokenSource();
        var playing = PlayAsync(app, ended.Token);
        try
        {
            var (code, output, errors) = await Run("watch", app.Urls.First() + "/whep", "--token", Token, "--seconds", "1", "--json", "-").WaitAsync(Deadline, TestContext.Current.CancellationToken);
            Assert.True(code == ExitCode.Success, errors);
            using var json = JsonDocument.Parse(output);
            Assert.Equal("seconds", json.RootElement.GetProperty("ended").GetString());
            Assert.True(json.RootElement.GetProperty("video").GetProperty("frames").GetInt32() > 0);
            Assert.Empty(Directory.GetFiles(_folder));
            await UntilAsync(() => Server(app).Count == 0, "the server to hear that nobody watches");
        }
        finally
        {
            await ended.CancelAsync();
            await playing;
        }
    }

    [Fact]
    public async Task Ctrl_C_finishes_the_file()
    {
        await using var app = await StartAsync();
        using var ended = new CancellationTokenSource();
        using var stop = new CancellationTokenSource();
        var recording = new LiveRecording(keepsFrames: true);
        var playing = PlayAsync(app, ended.Token);
        try
        {
            var watching = WatchAsync(app.Urls.First() + "/whep", At("part.webm"), stop.Token, recording);
            await UntilAsync(() => recording.Frames > 10, "pictures to come");
            await stop.CancelAsync();
            var (code, output, errors) = await watching.WaitAsync(Deadline, TestContext.Current.CancellationToken);
            Assert.True(code == ExitCode.Success, errors);
            using var json = JsonDocument.Parse(output);
            Assert.Equal("stopped", json.RootElement.GetProperty("ended").GetString());
            Assert.True(WebMClip.TryParse(await File.ReadAllBytesAsync(At("part.webm"), TestContext.Current.CancellationToken), out var part, out var reason), reason);
            Assert.Equal(json.RootElement.GetProperty("video").GetProperty("frames").GetInt32(), part!.Video.Count);
            Assert.Equal([At("part.webm")], Directory.GetFiles(_folder));
        }
        finally
        {
            await ended.CancelAsync();
            await playing;
        }
    }

    [Fact]
    public async Task Refusals_and_silence_are_told_apart()
    {
        await using var app = await StartAsync();
        var address = app.Urls.First();
        WriteClip(seconds: 1);
        var (code, _, errors) = await Run("watch", address + "/whep", "--seconds", "1");
        Assert.Equal(ExitCode.Usage, code);
        Assert.Contains("401", errors, StringComparison.Ordinal);
        Assert.Contains("--token", errors, StringComparison.Ordinal);
        (code, _, errors) = await Run("publish", At("clip.webm"), address + "/nowhere");
        Assert.Equal(ExitCode.Usage, code);
        Assert.Contains("404", errors, StringComparison.Ordinal);

        // A port on which nobody listens.
        (code, _, errors) = await Run("watch", "http://127.0.0.1:1/whep", "--seconds", "1");
        Assert.Equal(ExitCode.Failed, code);
        Assert.Contains("cannot be reached", errors, StringComparison.Ordinal);

        // The answer names a port whose datagrams nobody reads.
        (code, _, errors) = await Run("watch", address + "/blocked", "--seconds", "1", "--connect-timeout", "0.5");
        Assert.Equal(ExitCode.TimedOut, code);
        Assert.Contains("no UDP came through", errors, StringComparison.Ordinal);
        (code, _, errors) = await Run("watch", address + "/silent", "--connect-timeout", "0.5");
        Assert.Equal(ExitCode.TimedOut, code);
        Assert.Contains("did not answer", errors, StringComparison.Ordinal);

        Assert.Equal(ExitCode.Usage, (await Run("watch", "ftp://example.org/")).Code);
        Assert.Equal(ExitCode.Usage, (await Run("watch", address, "--seconds", "0")).Code);
        Assert.Equal(ExitCode.Storage, (await Run("watch", address + "/whep", "--out", Path.Combine(_folder, "no", "such.webm"))).Code);
        await File.WriteAllTextAsync(At("text.webm"), "no clip", TestContext.Current.CancellationToken);
        Assert.Equal(ExitCode.Usage, (await Run("publish", At("text.webm"), address + "/whip")).Code);
    }

    private static async Task<(int Code, string Output, string Errors)> Run(params string[] arguments)
    {
        using var output = new StringWriter();
        using var errors = new StringWriter();
        var code = await NsnCommand.RunAsync(arguments, output, errors);
        return (code, output.ToString(), errors.ToString());
    }

    private static async Task<(int Code, string Output, string Errors)> WatchAsync(string url, string file, CancellationToken stop, LiveRecording? recording = null)
    {
        using var output = new StringWriter();
        using var errors = new StringWriter();
        var code = await WatchCommand.RunAsync(new WatchCommand.Request(new Uri(url), Token, Deadline, file, null, "-"), recording ?? new LiveRecording(keepsFrames: true), output, errors, stop);
        return (code, output.ToString(), errors.ToString());
    }

    private static async Task UntilAsync(Func<bool> condition, string what)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        var start = TimeProvider.System.GetTimestamp();
        while (!condition())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(start) < Deadline, $"waited in vain for {what}");
            await timer.WaitForNextTickAsync(TestContext.Current.CancellationToken);
        }
    }

    private static async Task PlayAsync(WebApplication app, CancellationToken end)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(FrameMilliseconds));
        for (var i = 0; !end.IsCancellationRequested; i++)
        {
            Source(app).SendVideo(Picture(i, i % 25 == 0), (uint)(i * FrameMilliseconds * 90), i % 25 == 0);
            await timer.WaitForNextTickAsync(CancellationToken.None);
        }
    }

    private static WebRtcServer Server(WebApplication app) => app.Services.GetRequiredService<WebRtcServer>();

    private static MediaSource Source(WebApplication app) => app.Services.GetRequiredService<MediaSource>();

    private static async Task<WebApplication> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddWebRtcServer(options => options.BindAddress = IPAddress.Loopback);
        builder.Services.AddSingleton(services => new MediaSource(services.GetRequiredService<WebRtcServer>(), "test", Codec));
        var app = builder.Build();
        var source = Source(app);
        static ValueTask<int?> Authorize(HttpContext context) =>
            ValueTask.FromResult<int?>(context.Request.Headers.Authorization == $"Bearer {Token}" ? null : StatusCodes.Status401Unauthorized);
        app.MapWhep("/whep", Server(app), new WhepOptions { FindSource = _ => source, Authorize = Authorize });
        app.MapWhip("/whip", Server(app), new WhipOptions { FindSource = _ => source, Authorize = Authorize });
        var deaf = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        deaf.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        app.Lifetime.ApplicationStopped.Register(deaf.Dispose);
        app.MapPost("/blocked", async context =>
        {
            using var reader = new StreamReader(context.Request.Body);
            Assert.True(Server(app).TryAccept(await reader.ReadToEndAsync(), null, out var connection, out var answer, out var reason), reason);
            connection!.Close();
            context.Response.StatusCode = StatusCodes.Status201Created;
            await context.Response.WriteAsync(answer.Replace($" {Server(app).Port} ", $" {((IPEndPoint)deaf.LocalEndPoint!).Port} ", StringComparison.Ordinal));
        });
        app.MapPost("/silent", context => Task.Delay(Timeout.Infinite, context.RequestAborted));
        await app.StartAsync(TestContext.Current.CancellationToken);
        return app;
    }

    private string At(string name) => Path.Combine(_folder, name);

    /// <summary>A clip whose frames are told apart by their lengths.</summary>
    private List<EncodedFrame> WriteClip(int seconds)
    {
        List<EncodedFrame> video = [];
        List<EncodedFrame> sound = [];
        for (var i = 0; i < seconds * 1000 / FrameMilliseconds; i++)
            video.Add(new EncodedFrame(i * FrameMilliseconds, i % 25 == 0, Picture(i, i % 25 == 0)));
        for (var i = 0; i < seconds * 50; i++)
            sound.Add(new EncodedFrame(i * 20, true, new byte[] { 0xF8, 0xFF, 0xFE }));
        byte[] head = [.. "OpusHead"u8, 1, 1, 0, 0, 0x80, 0xBB, 0, 0, 0, 0, 0];
        var tracks = new WebMTracks { Codec = VideoCodec.Vp8, Width = 320, Height = 240, FramesPerSecond = 25, OpusHead = head };
        File.WriteAllBytes(At("clip.webm"), WebMWriter.WriteFile(tracks, seconds * 1000, [(0, video, sound)]));
        return video;
    }

    // RFC 6386 section 9.1: the tag, whose lowest bit is 0 for a key frame; a key frame's start code and size.
    private static byte[] Picture(int number, bool isKeyFrame)
    {
        var picture = new byte[1_000 + number];
        if (isKeyFrame)
            ((ReadOnlySpan<byte>)[0x10, 0, 0, 0x9D, 0x01, 0x2A, 0x40, 0x01, 0xF0, 0x00]).CopyTo(picture);
        else
            picture[0] = 0x11;
        return picture;
    }
}
