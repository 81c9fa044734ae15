using System.Diagnostics.Metrics;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Nsn.WebRtc.Client;
using Nsn.WebRtc.Hosting;
using Nsn.WebRtc.Sessions;
using Nsn.WebRtc.Transport;

namespace Nsn.WebRtc.Tests;

/// <summary>The server in an application: registration, checks of the options, health, meter, shards.</summary>
public class HostingTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task registered_server_serves_viewers_over_all_shards_and_counts_them()
    {
        MediaSource? source = null;
        await using WebApplication app = await StartAsync(options => options.Shards = 2, app =>
        {
            WebRtcServer server = app.Services.GetRequiredService<WebRtcServer>();
            source = new MediaSource(server, "test");
            app.MapWhep("/whep", server, new WhepOptions { FindSource = _ => source });
        });
        using HttpClient http = new();
        using ClientLoop loop = new();
        List<WebRtcClient> clients = [];
        List<Task> firstFrames = [];
        for (int i = 0; i < 8; i++)
        {
            WebRtcClient client = new(http, new WebRtcClientOptions { DataChannels = false }, loop);
            TaskCompletionSource firstFrame = new(TaskCreationOptions.RunContinuationsAsynchronously);
            client.Connection.Event += (_, e) =>
            {
                if (e is FrameReceived)
                {
                    firstFrame.TrySetResult();
                }
            };
            clients.Add(client);
            firstFrames.Add(firstFrame.Task);
            await client.ConnectAsync(new Uri(app.Urls.First() + "/whep"), TestContext.Current.CancellationToken).WaitAsync(Deadline, TestContext.Current.CancellationToken);
        }

        source!.SendVideo([0x10, 0, 0, 0x9d, 0x01, 0x2a, 64, 0, 36, 0, .. new byte[3_000]], 3_000, isKeyFrame: true);
        await Task.WhenAll(firstFrames).WaitAsync(Deadline, TestContext.Current.CancellationToken);
        HealthReport health = await app.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync(TestContext.Current.CancellationToken);
        Assert.Equal(HealthStatus.Healthy, health.Status);
        Assert.Equal(8, ReadMeter("nsn.webrtc.sessions"));
        foreach (WebRtcClient client in clients)
        {
            await client.DisposeAsync();
        }

        Assert.Equal(8, ReadMeter("nsn.webrtc.sessions.accepted"));
        Assert.Equal(8, ReadMeter("nsn.webrtc.sessions.closed"));
        Assert.True(ReadMeter("nsn.webrtc.media.packets") >= 24, "the packets of closed sessions are counted");

        long ReadMeter(string name) => MeterReader.Sum(app.Services.GetRequiredService<IMeterFactory>(), name);
    }

    [Fact]
    public async Task endpoints_and_sessions_answer_get_and_a_restart_names_the_section_of_the_offer()
    {
        await using WebApplication app = await StartAsync(_ => { }, app =>
        {
            WebRtcServer server = app.Services.GetRequiredService<WebRtcServer>();
            MediaSource source = new(server, "test");
            app.MapWhep("/whep", server, new WhepOptions { FindSource = _ => source });
            app.MapWhip("/whip", server, new WhipOptions { FindSource = _ => source });
        });
        using HttpClient http = new() { BaseAddress = new Uri(app.Urls.First()) };
        foreach (string endpoint in new[] { "whep", "whip" })
        {
            Assert.Equal(HttpStatusCode.NoContent, await GetAsync(endpoint));
            Assert.Equal(HttpStatusCode.NotFound, await GetAsync(endpoint + "/nobody"));
            string offer = await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "Offers", $"gstreamer-{endpoint}.sdp"), TestContext.Current.CancellationToken);
            using StringContent body = new(offer, System.Text.Encoding.UTF8, "application/sdp");
            using HttpResponseMessage created = await http.PostAsync(new Uri(endpoint, UriKind.Relative), body, TestContext.Current.CancellationToken);
            string session = created.Headers.Location!.ToString();
            Assert.Equal(HttpStatusCode.NoContent, await GetAsync(session));
            using HttpRequestMessage restart = new(HttpMethod.Patch, session);
            restart.Content = new StringContent("a=ice-ufrag:abcd\r\na=ice-pwd:0123456789abcdef012345\r\n", System.Text.Encoding.UTF8, "application/trickle-ice-sdpfrag");
            restart.Headers.TryAddWithoutValidation("If-Match", "*");
            using HttpResponseMessage restarted = await http.SendAsync(restart, TestContext.Current.CancellationToken);
            string fragment = await restarted.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
            Assert.Contains(endpoint == "whep" ? "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:audio0\r\n" : "m=video 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:video0\r\n", fragment, StringComparison.Ordinal);
        }

        async Task<HttpStatusCode> GetAsync(string path)
        {
            using HttpResponseMessage response = await http.GetAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken);
            return response.StatusCode;
        }
    }

    [Theory]
    [InlineData("refuses")]
    [InlineData("times out")]
    [InlineData("never answers")]
    [InlineData("client is gone")]
    public async Task client_lets_go_of_everything_whatever_the_server_says_to_its_farewell(string farewell)
    {
        await using WebApplication app = await StartAsync(_ => { }, app =>
        {
            WebRtcServer server = app.Services.GetRequiredService<WebRtcServer>();
            MediaSource source = new(server, "test");
            app.MapWhep("/whep", server, new WhepOptions { FindSource = _ => source });
        });
        using Farewell handler = new(farewell);
        using HttpClient http = new(handler) { Timeout = Timeout.InfiniteTimeSpan };
        WebRtcClient client = new(http, new WebRtcClientOptions { DataChannels = false });
        await client.ConnectAsync(new Uri(app.Urls.First() + "/whep"), TestContext.Current.CancellationToken).WaitAsync(Deadline, TestContext.Current.CancellationToken);
        Assert.NotNull(client.Resource);
        if (farewell == "client is gone")
        {
            http.Dispose();
        }

        await client.DisposeAsync().AsTask().WaitAsync(Deadline, TestContext.Current.CancellationToken);
        Assert.Equal(SessionState.Closed, client.Connection.State);
        WebRtcServer listening = app.Services.GetRequiredService<WebRtcServer>();
        Assert.True(SpinWait.SpinUntil(() => listening.Count == 0, Deadline), "close_notify did not reach the server");
    }

    [Fact]
    public async Task messages_that_were_accepted_arrive_before_the_application_stops_and_before_a_client_hangs_up()
    {
        const int Count = 300;
        WebApplication app = await StartAsync(_ => { }, app =>
        {
            WebRtcServer server = app.Services.GetRequiredService<WebRtcServer>();
            MediaSource source = new(server, "test");
            app.MapWhep("/whep", server, new WhepOptions { FindSource = _ => source });
        });
        await using (app)
        {
            WebRtcServer server = app.Services.GetRequiredService<WebRtcServer>();
            using HttpClient http = new();
            Uri endpoint = new(app.Urls.First() + "/whep");

            // A client hangs up.
            WebRtcClient leaving = new(http, new WebRtcClientOptions { CloseTimeout = Deadline });
            await leaving.ConnectAsync(endpoint, TestContext.Current.CancellationToken).WaitAsync(Deadline, TestContext.Current.CancellationToken);
            WebRtcConnection left = Assert.Single(server.Connections);
            int atServer = 0;
            left.Event += (_, e) => atServer += e is DataChannelMessage ? 1 : 0;
            Send(leaving.Connection);
            await leaving.DisposeAsync().AsTask().WaitAsync(Deadline, TestContext.Current.CancellationToken);
            await left.Closed.WaitAsync(Deadline, TestContext.Current.CancellationToken);
            Assert.Equal(Count, atServer);

            // The application stops.
            await using WebRtcClient staying = new(http, new WebRtcClientOptions());
            int atClient = 0;
            staying.Connection.Event += (_, e) => atClient += e is DataChannelMessage ? 1 : 0;
            await staying.ConnectAsync(endpoint, TestContext.Current.CancellationToken).WaitAsync(Deadline, TestContext.Current.CancellationToken);
            WebRtcConnection serving = Assert.Single(server.Connections);
            await serving.Connected.WaitAsync(Deadline, TestContext.Current.CancellationToken);
            Send(serving);
            await app.StopAsync(TestContext.Current.CancellationToken);
            SessionClosed closed = await serving.Closed.WaitAsync(Deadline, TestContext.Current.CancellationToken);
            Assert.Equal(CloseReason.Local, closed.Reason);
            await staying.Connection.Closed.WaitAsync(Deadline, TestContext.Current.CancellationToken);
            Assert.True(atClient == Count || closed.Details.Contains("before", StringComparison.Ordinal), $"{atClient} of {Count} messages came, and yet: {closed.Details}");
        }

        static void Send(WebRtcConnection connection)
        {
            DataChannels.DataChannel channel = connection.OpenDataChannel("test");
            for (int i = 0; i < Count; i++)
            {
                Assert.Equal(Sctp.SctpSendResult.Queued, connection.SendData(channel, new byte[2_000]));
            }
        }
    }

    [Fact]
    public async Task certificate_is_made_at_the_first_start_and_stays_the_same_and_private()
    {
        string folder = Path.Combine(Path.GetTempPath(), "nsn-" + Guid.NewGuid().ToString("N"));
        string path = Path.Combine(folder, "data", "dtls.pem");
        try
        {
            string first = await FingerprintAsync();
            Assert.Equal(first, await FingerprintAsync());
            Assert.Equal([path], Directory.GetFiles(Path.GetDirectoryName(path)!));
            if (!OperatingSystem.IsWindows())
            {
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
            }

            // A file that was cut off is no reason to show another certificate without a word.
            string pem = await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken);
            await File.WriteAllTextAsync(path, pem[..100], TestContext.Current.CancellationToken);
            Assert.ThrowsAny<System.Security.Cryptography.CryptographicException>(() => Dtls.DtlsCertificate.LoadOrCreate(path));
            Assert.Equal(pem[..100], await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        async Task<string> FingerprintAsync()
        {
            await using WebApplication app = await StartAsync(options => options.CertificatePath = path);
            return app.Services.GetRequiredService<WebRtcServer>().Certificate.Fingerprint;
        }
    }

    [Fact]
    public async Task full_server_is_degraded()
    {
        await using WebApplication app = await StartAsync(options => options.SessionsMax = 1);
        WebRtcServer server = app.Services.GetRequiredService<WebRtcServer>();
        using Dtls.DtlsCertificate certificate = Dtls.DtlsCertificate.CreateEphemeral();
        using WebRtcSession client = WebRtcSession.CreateOffer(new Sessions.SessionOptions { Certificate = certificate, ReceiveMedia = true }, out string offer);
        Assert.True(server.TryAccept(offer, null, out _, out _, out string? reason), reason);
        HealthReport health = await app.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync(TestContext.Current.CancellationToken);
        Assert.Equal(HealthStatus.Degraded, health.Status);
    }

    [Theory]
    [InlineData("Port")]
    [InlineData("SessionsMax")]
    [InlineData("Shards")]
    [InlineData("StartBitrate")]
    [InlineData("PlayoutDelay")]
    [InlineData("CertificatePath")]
    public async Task settings_that_cannot_work_stop_the_application_at_its_start(string setting)
    {
        OptionsValidationException exception = await Assert.ThrowsAsync<OptionsValidationException>(async () =>
        {
            await using WebApplication app = await StartAsync(options =>
            {
                switch (setting)
                {
                    case "Port":
                        options.Port = 70_000;
                        break;
                    case "SessionsMax":
                        options.SessionsMax = 0;
                        break;
                    case "Shards":
                        options.Shards = 0;
                        break;
                    case "StartBitrate":
                        options.StartBitrate = 1;
                        break;
                    case "PlayoutDelay":
                        options.PlayoutDelay = TimeSpan.FromSeconds(2);
                        break;
                    default:
                        options.CertificatePath = Path.Combine(typeof(HostingTests).Assembly.Location, "below a file", "dtls.pem");
                        break;
                }
            });
        });
        Assert.Contains(setting, exception.Message, StringComparison.Ordinal);
    }

    private static async Task<WebApplication> StartAsync(Action<WebRtcServerOptions> configure, Action<WebApplication>? map = null)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddWebRtcServer(options =>
        {
            options.BindAddress = IPAddress.Loopback;
            configure(options);
        });
        builder.Services.AddHealthChecks().AddWebRtcServer();
        WebApplication app = builder.Build();
        map?.Invoke(app);
        await app.StartAsync(TestContext.Current.CancellationToken);
        return app;
    }

    /// <summary>Passes everything on but DELETE.</summary>
    private sealed class Farewell(string what) : DelegatingHandler(new SocketsHttpHandler())
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (request.Method != HttpMethod.Delete)
            {
                return await base.SendAsync(request, cancellationToken);
            }

            switch (what)
            {
                case "times out":
                    throw new TaskCanceledException("The request was canceled due to the configured HttpClient.Timeout.");
                case "never answers":
                    await Task.Delay(Timeout.Infinite, cancellationToken);
                    break;
            }

            throw new HttpRequestException("refused");
        }
    }

    private static class MeterReader
    {
        public static long Sum(IMeterFactory factory, string name)
        {
            long sum = 0;
            using MeterListener listener = new();
            listener.InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Name == name && instrument.Meter.Scope == factory)
                {
                    self.EnableMeasurementEvents(instrument);
                }
            };
            listener.SetMeasurementEventCallback<long>((_, value, _, _) => sum += value);
            listener.SetMeasurementEventCallback<int>((_, value, _, _) => sum += value);
            listener.Start();
            listener.RecordObservableInstruments();
            return sum;
        }
    }
}
