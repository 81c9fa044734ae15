using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Nsn.Gateway.Tests.Fakes;
using Nsn.WebRtc.Client;

namespace Nsn.Gateway.Tests;

/// <summary>One address cannot have all that a gateway has; others notice nothing of it.</summary>
public sealed class AddressLimitTests
{
    private const string Greedy = "127.0.0.9";
    private const string Other = "127.0.0.10";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("/api/channels/main/stream", "Gateway:ViewersPerAddress=2")]
    [InlineData("/api/channels/main/events", "Gateway:SocketsPerAddress=2")]
    public async Task Streams_of_an_address_are_bounded_and_a_closed_one_makes_room(string path, string setting)
    {
        await using var gateway = await TestGateway.StartAsync(new FakeGrains(), setting);
        var greedy = gateway.From(Greedy);
        var first = await OpenAsync(greedy, path);
        using var second = await OpenAsync(greedy, path);
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (first.StatusCode, second.StatusCode));
        using (var third = await OpenAsync(greedy, path))
            await RefusedAsync(third);
        using (var other = await OpenAsync(gateway.From(Other), path))
            Assert.Equal(HttpStatusCode.OK, other.StatusCode);
        first.Dispose();
        await Eventually.HoldsAsync("a stream that was closed makes room for another", async () =>
        {
            using var again = await OpenAsync(greedy, path);
            return again.StatusCode == HttpStatusCode.OK;
        });
    }

    [Fact]
    public async Task Streams_count_as_requests_of_their_address()
    {
        await using var gateway = await TestGateway.StartAsync(new FakeGrains(), "Gateway:RequestsPerSecond=1");
        var greedy = gateway.From(Greedy);
        await Eventually.HoldsAsync("an address that opens streams without pause is told to slow down", async () =>
        {
            using var stream = await OpenAsync(greedy, "/api/channels/main/stream");
            using var events = await OpenAsync(greedy, "/api/channels/main/events");
            return stream.StatusCode == HttpStatusCode.TooManyRequests || events.StatusCode == HttpStatusCode.TooManyRequests;
        });
    }

    [Fact]
    public async Task Signalling_sockets_of_an_address_are_bounded()
    {
        await using var gateway = await TestGateway.StartAsync(new FakeGrains(), "Gateway:SocketsPerAddress=1");
        using var first = await ConnectAsync(gateway, Greedy);
        var refused = await Assert.ThrowsAsync<WebSocketException>(() => ConnectAsync(gateway, Greedy));
        Assert.Contains("429", refused.Message, StringComparison.Ordinal);
        using var other = await ConnectAsync(gateway, Other);
        await first.CloseAsync(WebSocketCloseStatus.NormalClosure, null, Cancellation);
        await Eventually.HoldsAsync("a socket that was closed makes room for another", async () =>
        {
            try
            {
                using var again = await ConnectAsync(gateway, Greedy);
                return true;
            }
            catch (WebSocketException)
            {
                return false;
            }
        });
    }

    [Theory]
    [InlineData("/api/channels/main/offer")]
    [InlineData("/whep/main")]
    public async Task Connections_of_an_address_are_bounded_whichever_way_they_came(string path)
    {
        await using var gateway = await TestGateway.StartAsync(new FakeGrains(), "Gateway:ViewersPerAddress=2");
        var offer = await OfferAsync(media: path.StartsWith("/whep", StringComparison.Ordinal));
        var greedy = gateway.From(Greedy);
        using var stream = await OpenAsync(greedy, "/api/channels/main/stream");
        using var first = await PostAsync(greedy, path, offer);
        Assert.Equal(HttpStatusCode.Created, first.StatusCode);
        using (var second = await PostAsync(greedy, path, offer))
            await RefusedAsync(second);
        using (var other = await PostAsync(gateway.From(Other), path, offer))
            Assert.Equal(HttpStatusCode.Created, other.StatusCode);
        // A refused offer takes no place.
        using (var broken = await PostAsync(gateway.From("127.0.0.11"), path, "v=0"))
            Assert.Equal(HttpStatusCode.BadRequest, broken.StatusCode);
        using (await greedy.DeleteAsync(first.Headers.Location, Cancellation))
        {
        }

        await Eventually.HoldsAsync("a connection that was closed makes room for another", async () =>
        {
            using var again = await PostAsync(greedy, path, offer);
            return again.StatusCode == HttpStatusCode.Created;
        });
    }

    [Fact]
    public async Task Connections_that_say_nothing_are_bounded_and_others_are_served_meanwhile()
    {
        await using var gateway = await TestGateway.StartAsync(new FakeGrains(), "Gateway:ConnectionsPerAddress=3");
        var path = new Uri("/alive", UriKind.Relative);
        var silent = new List<TcpClient>();
        try
        {
            for (var count = 0; count < 3; count++)
                silent.Add(await OpenSilentAsync(gateway, Greedy));
            var greedy = gateway.From(Greedy);
            await Eventually.HoldsAsync("an address with all its connections is refused another one", async () =>
            {
                using var refused = await greedy.GetAsync(path, Cancellation);
                if (refused.StatusCode == HttpStatusCode.OK)
                    return false;
                await RefusedAsync(refused);
                return true;
            });
            using (var other = await gateway.From(Other).GetAsync(path, Cancellation))
                Assert.Equal(HttpStatusCode.OK, other.StatusCode);
            silent[0].Dispose();
            await Eventually.HoldsAsync("a connection that was closed makes room for another", async () =>
            {
                using var again = await greedy.GetAsync(path, Cancellation);
                return again.StatusCode == HttpStatusCode.OK;
            });
        }
        finally
        {
            silent.ForEach(connection => connection.Dispose());
        }
    }

    [Fact]
    public async Task Connections_of_a_trusted_proxy_are_not_counted()
    {
        await using var gateway = await TestGateway.StartAsync(new FakeGrains(), "Gateway:ConnectionsPerAddress=1", $"Gateway:TrustedProxies:0={Greedy}");
        using var first = await OpenSilentAsync(gateway, Greedy);
        using var second = await OpenSilentAsync(gateway, Greedy);
        using var answer = await gateway.From(Greedy).GetAsync(new Uri("/alive", UriKind.Relative), Cancellation);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    /// <summary>Connects, is answered once, and then sends half of a request, as those do who want to keep a server waiting.</summary>
    private static async Task<TcpClient> OpenSilentAsync(TestGateway gateway, string source)
    {
        var client = new TcpClient(new IPEndPoint(IPAddress.Parse(source), 0));
        await client.ConnectAsync(gateway.Address.Host, gateway.Address.Port, Cancellation);
        await client.GetStream().WriteAsync("GET /alive HTTP/1.1\r\nHost: x\r\n\r\nGET /alive HTTP/1.1\r\nX: "u8.ToArray(), Cancellation);
        var head = new byte[15];
        await client.GetStream().ReadExactlyAsync(head, Cancellation);
        Assert.Equal("HTTP/1.1 200 OK", Encoding.ASCII.GetString(head));
        return client;
    }

    [Fact]
    public async Task A_new_offer_on_a_socket_ends_the_connection_of_the_one_before()
    {
        await using var gateway = await TestGateway.StartAsync(new FakeGrains(), "Gateway:ViewersPerAddress=1");
        var offer = await OfferAsync(media: false);
        using var socket = await ConnectAsync(gateway, Greedy);
        await SendAsync(socket, new { type = "join", channel = "main" });
        Assert.Equal("joined", Text(await ReceiveAsync(socket), "type"));
        var sessions = new List<string>();
        for (var round = 0; round < 3; round++)
        {
            await SendAsync(socket, new { type = "offer", sdp = offer });
            var answer = await ReceiveAsync(socket);
            Assert.True(Text(answer, "type") == "answer", answer.ToString());
            sessions.Add(Text(answer, "session"));
        }

        var codes = new List<HttpStatusCode>();
        foreach (var session in sessions)
        {
            using var deleted = await gateway.Http.DeleteAsync(new Uri($"/api/sessions/{session}", UriKind.Relative), Cancellation);
            codes.Add(deleted.StatusCode);
        }

        Assert.Equal([HttpStatusCode.NotFound, HttpStatusCode.NotFound, HttpStatusCode.NoContent], codes);
    }

    [Fact]
    public async Task A_socket_that_talks_without_pause_is_closed()
    {
        await using var gateway = await TestGateway.StartAsync(new FakeGrains(), "Gateway:SignalMessagesPerSecond=5");
        using var socket = await ConnectAsync(gateway, Greedy);
        // Some of them fall into one second, however slow the machine is.
        for (var message = 0; message < 100 && socket.State == WebSocketState.Open; message++)
            await SendAsync(socket, new { type = "ice-candidate" });
        var told = await ReceiveAsync(socket);
        Assert.Equal(429, told.GetProperty("status").GetInt32());
        var end = await socket.ReceiveAsync(new byte[100], Cancellation);
        Assert.Equal((WebSocketMessageType.Close, WebSocketCloseStatus.PolicyViolation), (end.MessageType, end.CloseStatus));
    }

    [Fact]
    public async Task What_a_proxy_says_of_its_client_counts_only_when_the_proxy_is_trusted()
    {
        await using var gateway = await TestGateway.StartAsync(
            new FakeGrains(), "Gateway:ViewersPerAddress=1", "Gateway:TrustedProxies:0=127.0.0.9", "Gateway:TrustedProxies:1=127.0.1.0/24");
        const string Path = "/api/channels/main/stream";
        foreach (var proxy in (string[])[Greedy, "127.0.1.7"])
        {
            var client = proxy == Greedy ? "203.0.113.1" : "203.0.113.2";
            using var first = await OpenAsync(gateway.From(proxy), Path, client);
            Assert.Equal(HttpStatusCode.OK, first.StatusCode);
            using var second = await OpenAsync(gateway.From(proxy), Path, client);
            await RefusedAsync(second);
            // A client cannot hide behind what it says itself: the last address that is no proxy's counts.
            using var hidden = await OpenAsync(gateway.From(proxy), Path, $"198.51.100.1, {client}");
            await RefusedAsync(hidden);
            using var another = await OpenAsync(gateway.From(proxy), Path, client + "9");
            Assert.Equal(HttpStatusCode.OK, another.StatusCode);
        }

        using var own = await OpenAsync(gateway.From(Other), Path, "203.0.113.3");
        Assert.Equal(HttpStatusCode.OK, own.StatusCode);
        using var pretended = await OpenAsync(gateway.From(Other), Path, "203.0.113.4");
        await RefusedAsync(pretended);
    }

    [Fact]
    public async Task Recipes_of_an_address_are_bounded_and_others_are_heard()
    {
        await using var gateway = await TestGateway.StartAsync(new FakeGrains(), "Gateway:RecipesPerMinute=3");
        // None of these bodies is a recipe; each of them counts.
        async Task<HttpResponseMessage> SubmitAsync(string source) =>
            await gateway.From(source).PostAsync(new Uri("/api/recipes", UriKind.Relative), new StringContent("{", Encoding.UTF8, "application/json"), Cancellation);
        for (var count = 0; count < 3; count++)
        {
            using var taken = await SubmitAsync(Greedy);
            Assert.Equal(HttpStatusCode.BadRequest, taken.StatusCode);
        }

        using var refused = await SubmitAsync(Greedy);
        await RefusedAsync(refused);
        using var other = await SubmitAsync(Other);
        Assert.Equal(HttpStatusCode.BadRequest, other.StatusCode);
    }

    /// <summary>A valid offer; the gateway takes the same one any number of times.</summary>
    private static async Task<string> OfferAsync(bool media)
    {
        var keeper = new OfferKeeper();
        using var http = new HttpClient(keeper);
        await using var client = new WebRtcClient(http, new WebRtcClientOptions { Receive = media, DataChannels = !media, BindAddress = IPAddress.Loopback });
        await Assert.ThrowsAsync<HttpRequestException>(() => client.ConnectAsync(new Uri("http://nobody/"), Cancellation));
        return keeper.Offer;
    }

    private static async Task<HttpResponseMessage> PostAsync(HttpClient client, string path, string offer)
    {
        using var content = new StringContent(offer, Encoding.UTF8);
        content.Headers.ContentType = new("application/sdp");
        return await client.PostAsync(new Uri(path, UriKind.Relative), content, Cancellation);
    }

    private static async Task<HttpResponseMessage> OpenAsync(HttpClient client, string path, string? forwardedFor = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (forwardedFor is not null)
            request.Headers.Add("X-Forwarded-For", forwardedFor);
        return await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancellation);
    }

    private static async Task RefusedAsync(HttpResponseMessage response)
    {
        Assert.Equal(HttpStatusCode.TooManyRequests, response.StatusCode);
        Assert.NotNull(response.Headers.RetryAfter);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        using var problem = JsonDocument.Parse(await response.Content.ReadAsStringAsync(Cancellation));
        Assert.NotEmpty(Text(problem.RootElement, "detail"));
    }

    private static async Task<ClientWebSocket> ConnectAsync(TestGateway gateway, string source)
    {
        var socket = new ClientWebSocket();
        try
        {
            using var invoker = new HttpMessageInvoker(TestGateway.Handler(source), disposeHandler: false);
            await socket.ConnectAsync(new UriBuilder(gateway.Address) { Scheme = "ws", Path = "/signal" }.Uri, invoker, Cancellation);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static Task SendAsync(ClientWebSocket socket, object message) =>
        socket.SendAsync(JsonSerializer.SerializeToUtf8Bytes(message), WebSocketMessageType.Text, true, Cancellation);

    private static async Task<JsonElement> ReceiveAsync(ClientWebSocket socket)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        limit.CancelAfter(TimeSpan.FromSeconds(60));
        using var received = new MemoryStream();
        var buffer = new byte[16 * 1024];
        WebSocketReceiveResult piece;
        do
        {
            piece = await socket.ReceiveAsync(buffer, limit.Token);
            Assert.True(piece.MessageType == WebSocketMessageType.Text, $"The gateway closed instead of answering: {piece.CloseStatusDescription}");
            received.Write(buffer, 0, piece.Count);
        }
        while (!piece.EndOfMessage);
        using var document = JsonDocument.Parse(received.ToArray());
        return document.RootElement.Clone();
    }

    private static string Text(JsonElement json, string name) => json.GetProperty(name).GetString() ?? "";

    private sealed class OfferKeeper : HttpMessageHandler
    {
        public string Offer { get; private set; } = "";

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (request.Content is { } content)
                Offer = await content.ReadAsStringAsync(cancellationToken);
            return new HttpResponseMessage(HttpStatusCode.ServiceUnavailable) { Content = new StringContent("") };
        }
    }
}
