using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Net;
using System.Net.WebSockets;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Nsn.Gateway.Frames;
using Nsn.Gateway.Sessions;
using Nsn.Gateway.Tests.Fakes;
using Nsn.Tests;
using Nsn.WebRtc.Client;
using Nsn.WebRtc.DataChannels;
using Nsn.WebRtc.Sessions;
using Nsn.WebRtc.Transport;

namespace Nsn.Gateway.Tests;

/// <summary>The visit of a viewer, from its coming to its going, whichever way it comes and goes: it is counted, measured, and over.</summary>
public sealed class VisitTests
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("http", "the player closes the stream")]
    [InlineData("http", "the gateway stops")]
    [InlineData("webrtc", "the player hangs up")]
    [InlineData("webrtc", "the player closes the data channel")]
    [InlineData("webrtc", "somebody deletes the session")]
    [InlineData("webrtc", "the gateway stops")]
    [InlineData("whep", "the player hangs up")]
    [InlineData("whep", "the gateway stops")]
    public async Task A_visit_is_measured_however_it_ends(string transport, string end)
    {
        await using var gateway = await TestGateway.StartAsync(new FakeGrains());
        using var figures = new Figures(gateway.Services.GetRequiredService<IMeterFactory>());
        var before = Stopwatch.GetTimestamp();
        await using var viewer = await Viewer.JoinAsync(gateway, transport);
        await Eventually.HoldsAsync($"a viewer by {transport} is counted", () => Task.FromResult(figures.Of("nsn.gateway.viewers", $"transport={transport}").Sum() == 1));
        Assert.Equal([1], figures.Of("nsn.gateway.sessions", $"transport={transport}", "resumed=False"));
        var watched = Stopwatch.StartNew();
        Assert.Empty(figures.Of("nsn.gateway.session.duration"));
        if (transport != "whep")
            await Eventually.HoldsAsync("what was sent to the viewer is counted", () => Task.FromResult(figures.Of("nsn.gateway.sent", $"transport={transport}").Sum() > 0));

        // A moment that shows in the figure.
        var stayed = watched.Elapsed;
        await (end == "the gateway stops" ? gateway.StopAsync() : viewer.LeaveAsync(end));
        await Eventually.HoldsAsync(
            $"the visit by {transport} is measured after {end}", () => Task.FromResult(figures.Of("nsn.gateway.session.duration", $"transport={transport}").Length == 1));
        Assert.InRange(figures.Of("nsn.gateway.session.duration")[0], stayed.TotalSeconds, Stopwatch.GetElapsedTime(before).TotalSeconds);
        Assert.Equal(0, figures.Of("nsn.gateway.viewers").Sum());
        Assert.Single(figures.Of("nsn.gateway.sessions"));
    }

    [Fact]
    public async Task A_gateway_stops_at_once_with_people_on_it()
    {
        // Whoever waits for the end of streams that have none waits for ten minutes here.
        await using var gateway = await TestGateway.StartAsync(new FakeGrains());
        await using var http = await Viewer.JoinAsync(gateway, "http");
        await using var webrtc = await Viewer.JoinAsync(gateway, "webrtc");
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/channels/main/events");
        using var events = await gateway.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancellation);
        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(new UriBuilder(gateway.Address) { Scheme = "ws", Path = "/signal" }.Uri, Cancellation);
        await socket.SendAsync(Encoding.UTF8.GetBytes("""{"type":"join","channel":"main"}"""), WebSocketMessageType.Text, true, Cancellation);
        await socket.ReceiveAsync(new byte[1024], Cancellation);
        await gateway.StopAsync().WaitAsync(s_limit, Cancellation);
    }

    [Fact]
    public async Task Pages_that_leave_are_no_failures()
    {
        await using var gateway = await TestGateway.StartAsync(new FakeGrains());
        for (var round = 0; round < 5; round++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/api/channels/main/events");
            using var events = await gateway.From("127.0.0.9").SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancellation);
            Assert.Equal(HttpStatusCode.OK, events.StatusCode);
            await (await events.Content.ReadAsStreamAsync(Cancellation)).ReadExactlyAsync(new byte[7], Cancellation);
        }

        // Kestrel tells of an answer once it is over, in the log of its requests.
        await Eventually.HoldsAsync("five streams of events have ended", () => Task.FromResult(gateway.Log.Ended("/api/channels/main/events") == 5));
        Assert.Empty(gateway.Log.Failures);
    }

    /// <summary>Somebody who watches.</summary>
    private sealed class Viewer : IAsyncDisposable
    {
        private readonly Func<string, Task> _leave;
        private readonly Func<Task> _end;

        private Viewer(Func<string, Task> leave, Func<Task> end) => (_leave, _end) = (leave, end);

        public static async Task<Viewer> JoinAsync(TestGateway gateway, string transport)
        {
            if (transport == "http")
                return await ByHttpAsync(gateway);
            var client = new WebRtcClient(gateway.Http, new WebRtcClientOptions { Receive = transport == "whep", DataChannels = transport == "webrtc", BindAddress = IPAddress.Loopback });
            var first = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            DataChannel? channel = null;
            client.Connection.Event += (connection, happened) =>
            {
                if (happened is DataChannelOpened opened)
                {
                    channel = opened.Channel;
                    connection.SendData(channel, Frame.OfJson(FrameType.Subscribe, new { channel = "main" }));
                }
                else if (happened is DataChannelMessage)
                {
                    first.TrySetResult();
                }
            };
            var path = transport == "webrtc" ? "/api/channels/main/offer" : "/whep/main";
            await client.ConnectAsync(new Uri(gateway.Address, path), Cancellation).WaitAsync(s_limit, Cancellation);
            if (transport == "webrtc")
            {
                client.Connection.OpenDataChannel(PlayerLink.Label, new DataChannelSettings { Protocol = "nsn.frames.1" });
                await first.Task.WaitAsync(s_limit, Cancellation);
            }

            return new Viewer(LeaveAsync, () => client.DisposeAsync().AsTask());

            async Task LeaveAsync(string how)
            {
                switch (how)
                {
                    case "the player closes the data channel":
                        client.Connection.CloseDataChannel(channel!);
                        break;
                    case "somebody deletes the session":
                        using (await gateway.Http.DeleteAsync(client.Resource, Cancellation))
                        {
                        }

                        break;
                    default:
                        await client.DisposeAsync();
                        break;
                }
            }
        }

        public Task LeaveAsync(string how) => _leave(how);

        public async ValueTask DisposeAsync() => await _end();

        private static async Task<Viewer> ByHttpAsync(TestGateway gateway)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/api/channels/main/stream");
            var response = await gateway.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancellation);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            await (await response.Content.ReadAsStreamAsync(Cancellation)).ReadExactlyAsync(new byte[5], Cancellation);
            return new Viewer(_ => CloseAsync(), CloseAsync);

            Task CloseAsync()
            {
                response.Dispose();
                return Task.CompletedTask;
            }
        }
    }
}
