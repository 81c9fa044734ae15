using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Nsn.Gateway.Tests.Fakes;
using Nsn.Grains.Channels;
using Nsn.Grains.Ledger;

namespace Nsn.Gateway.Tests;

/// <summary>What people throw at a gateway: each is told what is wrong with it, in one form, and nobody else notices.</summary>
public sealed class HostileTests
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);
    private static readonly string s_deep = string.Concat(Enumerable.Repeat("{\"a\":", 100)) + "1" + new string('}', 100);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_refusal_is_a_problem_that_says_what_to_do()
    {
        await using var gateway = await TestGateway.StartAsync(new FakeGrains(), "Gateway:RecipesPerMinute=1000", "Gateway:RequestsPerSecond=1000");
        (int Status, string Method, string Path, string? Type, string? Body)[] requests =
        [
            (415, "POST", "/api/recipes", "text/plain", "a red fox"),
            (415, "POST", "/api/recipes", "application/x-www-form-urlencoded", "prompt=a"),
            (415, "POST", "/api/recipes", null, "{}"),
            (400, "POST", "/api/recipes", "application/json", ""),
            (400, "POST", "/api/recipes", "application/json", "{"),
            (400, "POST", "/api/recipes", "application/json", "null"),
            (400, "POST", "/api/recipes", "application/json", "[]"),
            (400, "POST", "/api/recipes", "application/json", "{\"prompt\":5}"),
            (400, "POST", "/api/recipes", "application/json", "{\"prompt\":\"\\ud800\"}"),
            (400, "POST", "/api/recipes", "application/json", "{\"seconds\":99999999999}"),
            (400, "POST", "/api/recipes", "application/json", s_deep),
            (422, "POST", "/api/recipes", "application/json", "{}"),
            (422, "POST", "/api/recipes", "application/json", "{\"prompt\":\"a\",\"seconds\":-2147483648}"),
            (422, "POST", "/api/recipes", "application/json", "{\"prompt\":\"a\\u0000b\",\"emotion\":\"99\",\"voice\":\"../x\"}"),
            (404, "POST", "/api/recipes", "application/json", "{\"prompt\":\"a\",\"channel\":\"other\"}"),
            (415, "POST", "/api/channels/main/offer", "application/json", "{}"),
            (400, "POST", "/api/channels/main/offer", "application/sdp", "v=0"),
            (404, "POST", "/api/channels/other/offer", "application/sdp", "v=0"),
            (404, "GET", "/api/recipes/" + new string('r', 200), null, null),
            (400, "GET", "/api/slots/abc", null, null),
            (400, "GET", "/api/slots/-1", null, null),
            (400, "GET", "/api/slots/99999999999999999999999", null, null),
            (400, "GET", "/api/slots?limit=0", null, null),
            (400, "GET", "/api/slots?limit=101", null, null),
            (400, "GET", "/api/slots?limit=many", null, null),
            (400, "GET", "/api/slots?before=-1", null, null),
            (404, "GET", "/api/slots?channel=other", null, null),
            (400, "GET", "/api/recordings?limit=0", null, null),
            (400, "GET", "/api/epochs?limit=1000", null, null),
            (400, "GET", "/api/epochs/4294967296", null, null),
            (400, "GET", "/api/slots/1/chunks/9999999999", null, null),
            (404, "GET", "/api/channels/other", null, null),
            (404, "GET", "/api/channels/other/stream", null, null),
            (400, "GET", "/api/channels/main/stream?from=1", null, null),
            (400, "GET", "/api/channels/main/stream?from=1.-1", null, null),
            (404, "DELETE", "/api/sessions/none", null, null),
            (405, "DELETE", "/api/slots", null, null),
            (404, "GET", "/api/nothing", null, null),
            (404, "GET", "/../../etc/passwd", null, null),
            (400, "GET", "/signal", null, null),
        ];
        foreach (var (status, method, path, type, body) in requests)
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(path, UriKind.Relative));
            if (body is not null)
            {
                request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
                request.Content.Headers.ContentType = type is null ? null : MediaTypeHeaderValue.Parse(type);
            }

            using var response = await gateway.Http.SendAsync(request, Cancellation);
            var text = await response.Content.ReadAsStringAsync(Cancellation);
            var what = $"{method} {path} {body}: {(int)response.StatusCode} {text}";
            Assert.True(status == (int)response.StatusCode, what);
            Assert.True(response.Content.Headers.ContentType?.MediaType == "application/problem+json", what);
            using var problem = JsonDocument.Parse(text);
            Assert.True(problem.RootElement.GetProperty("status").GetInt32() == status, what);
            Assert.True(problem.RootElement.TryGetProperty("errors", out _) || problem.RootElement.TryGetProperty("detail", out var detail) && detail.GetString()!.Length > 10, what);
        }

        using var others = await gateway.From("127.0.0.9").GetAsync(new Uri("/api/channels", UriKind.Relative), Cancellation);
        Assert.Equal(HttpStatusCode.OK, others.StatusCode);
    }

    [Fact]
    public async Task Requests_that_come_drop_by_drop_are_given_up_and_others_are_served_meanwhile()
    {
        await using var gateway = await TestGateway.StartAsync(new FakeGrains());
        var head = ExchangeAsync(gateway, "GET /p2p/info HTTP/1.1\r\nHost: x\r\nX-Slow: a");
        var body = ExchangeAsync(gateway, "POST /api/recipes HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{");
        using (var other = await gateway.From("127.0.0.10").GetAsync(new Uri("/p2p/info", UriKind.Relative), Cancellation))
            Assert.Equal(HttpStatusCode.OK, other.StatusCode);
        Assert.StartsWith("HTTP/1.1 408 ", await head, StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 408 ", await body, StringComparison.Ordinal);
        Assert.Contains("application/problem+json", await body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_flood_of_headers_is_refused()
    {
        await using var gateway = await TestGateway.StartAsync(new FakeGrains());
        var many = string.Concat(Enumerable.Range(0, 200).Select(number => $"X-{number}: a\r\n"));
        Assert.StartsWith("HTTP/1.1 431 ", await ExchangeAsync(gateway, $"GET /p2p/info HTTP/1.1\r\nHost: x\r\n{many}\r\n"), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 431 ", await ExchangeAsync(gateway, $"GET /p2p/info HTTP/1.1\r\nHost: x\r\nX: {new string('a', 40_000)}\r\n\r\n"), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 414 ", await ExchangeAsync(gateway, $"GET /p2p/info?{new string('a', 10_000)} HTTP/1.1\r\nHost: x\r\n\r\n"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_answer_keeps_pages_from_running_what_is_not_ours()
    {
        var grains = new FakeGrains()
            .On(nameof(ILedgerGrain.GetHeadAsync), _ => throw new InvalidOperationException("a mistake of ours"))
            .On(nameof(ILedgerGrain.GetEpochAsync), _ => throw new TimeoutException("the silo restarts"));
        await using var gateway = await TestGateway.StartAsync(grains, "Gateway:RecipesPerMinute=1", $"Gateway:Pages={AppContext.BaseDirectory}");
        (int Status, string Method, string Path)[] requests =
        [
            (200, "GET", "/Nsn.Gateway.Tests.deps.json"), (200, "GET", "/p2p/info"), (200, "GET", "/metrics"), (404, "GET", "/nothing.html"), (405, "DELETE", "/api/slots"),
            (500, "GET", "/api/epochs"), (503, "GET", "/api/epochs/1"), (413, "POST", "/api/recipes"), (429, "POST", "/api/recipes"),
        ];
        foreach (var (status, method, path) in requests)
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(path, UriKind.Relative));
            if (method == "POST")
                request.Content = new ByteArrayContent(new byte[100_000]) { Headers = { ContentType = new("application/json") } };
            using var response = await gateway.Http.SendAsync(request, Cancellation);
            Assert.True(status == (int)response.StatusCode, $"{method} {path}: {(int)response.StatusCode}");
            foreach (var (name, part) in new[]
            {
                ("Content-Security-Policy", "default-src 'none'; script-src 'self'"), ("X-Content-Type-Options", "nosniff"), ("Referrer-Policy", "no-referrer"),
                ("Cross-Origin-Opener-Policy", "same-origin"), ("Permissions-Policy", "camera=()"),
                ("Cross-Origin-Resource-Policy", path.StartsWith("/api", StringComparison.Ordinal) ? "cross-origin" : "same-origin"),
            })
            {
                var value = response.Headers.TryGetValues(name, out var values) ? values.Single() : "";
                Assert.True(value.StartsWith(part, StringComparison.Ordinal), $"{status} of {method} {path}: {name} is '{value}'");
                Assert.DoesNotContain("unsafe", value, StringComparison.Ordinal);
            }
        }
    }

    [Theory]
    [InlineData("/api/recipes", "application/json")]
    [InlineData("/api/recipes/signed", "application/octet-stream")]
    [InlineData("/api/channels/main/offer", "application/sdp")]
    [InlineData("/whep/main", "application/sdp")]
    [InlineData("/rpc", "application/json")]
    public async Task Bodies_of_ten_megabytes_are_refused_before_they_are_read(string path, string type)
    {
        await using var gateway = await TestGateway.StartAsync(new FakeGrains());
        var head = await ExchangeAsync(gateway, $"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: {type}\r\nContent-Length: 10485760\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 413 ", head, StringComparison.Ordinal);
        Assert.Contains("application/problem+json", head, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/api/recipes", "application/json")]
    [InlineData("/api/recipes/signed", "application/octet-stream")]
    [InlineData("/api/channels/main/offer", "application/sdp")]
    [InlineData("/rpc", "application/json")]
    public async Task Bodies_without_a_stated_length_are_refused_where_they_get_too_long(string path, string type)
    {
        await using var gateway = await TestGateway.StartAsync(new FakeGrains());
        var piece = new string('a', 1024);
        var body = new StringBuilder();
        for (var count = 0; count < 97; count++)
            body.Append("400\r\n").Append(piece).Append("\r\n");
        var head = await ExchangeAsync(gateway, $"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: {type}\r\nTransfer-Encoding: chunked\r\n\r\n{body}");
        Assert.StartsWith("HTTP/1.1 413 ", head, StringComparison.Ordinal);
        Assert.Contains("application/problem+json", head, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("\"join\"")]
    [InlineData("{\"type\":5}")]
    [InlineData("{\"type\":\"\\ud800\"}")]
    [InlineData("{\"\\ud800\":1,\"type\":\"join\",\"channel\":\"main\"}")]
    [InlineData("{\"type\":\"join\",\"type\":\"leave\"}")]
    [InlineData("{\"type\":\"offer\",\"sdp\":\"\\ud800\"}")]
    [InlineData("{\"type\":\"offer\",\"sdp\":5}")]
    [InlineData("{\"type\":\"offer\",\"sdp\":\"v=0\"}")]
    [InlineData("{\"type\":\"dance\"}")]
    [InlineData("deep")]
    public async Task A_message_on_the_signalling_socket_that_is_wrong_is_answered_and_the_socket_goes_on(string message)
    {
        await using var gateway = await TestGateway.StartAsync(new FakeGrains());
        using var socket = await ConnectAsync(gateway);
        await SendAsync(socket, "{\"type\":\"join\",\"channel\":\"main\"}");
        Assert.Equal("joined", (await ReceiveAsync(socket)).GetProperty("type").GetString());
        await SendAsync(socket, message == "deep" ? s_deep : message);
        var error = await ReceiveAsync(socket);
        Assert.Equal(("error", 400), (error.GetProperty("type").GetString(), error.GetProperty("status").GetInt32()));
        await SendAsync(socket, "{\"type\":\"join\",\"channel\":\"main\"}");
        Assert.Equal("joined", (await ReceiveAsync(socket)).GetProperty("type").GetString());
    }

    [Theory]
    [InlineData(WebSocketMessageType.Binary, 3, WebSocketCloseStatus.InvalidMessageType)]
    [InlineData(WebSocketMessageType.Text, 70_000, WebSocketCloseStatus.MessageTooBig)]
    public async Task What_is_no_text_or_too_long_closes_the_signalling_socket_with_the_reason(WebSocketMessageType type, int length, WebSocketCloseStatus status)
    {
        await using var gateway = await TestGateway.StartAsync(new FakeGrains());
        using var socket = await ConnectAsync(gateway);
        await socket.SendAsync(Encoding.ASCII.GetBytes(new string('a', length)), type, endOfMessage: true, Cancellation);
        var received = await socket.ReceiveAsync(new byte[1024], Cancellation).WaitAsync(s_limit, Cancellation);
        Assert.Equal((WebSocketMessageType.Close, status), (received.MessageType, socket.CloseStatus));
        Assert.NotEmpty(socket.CloseStatusDescription!);
    }

    [Theory]
    [InlineData("{", -32700)]
    [InlineData("{\"method\":\"\\ud800\",\"id\":1}", -32700)]
    [InlineData("{\"\\ud800\":1,\"method\":\"system_name\",\"id\":1}", -32700)]
    [InlineData("{\"method\":\"system_name\",\"method\":\"system_chain\",\"id\":1}", -32700)]
    [InlineData("{\"method\":\"state_getStorage\",\"params\":[\"\\udfff\"],\"id\":1}", -32700)]
    [InlineData("[]", -32600)]
    [InlineData("5", -32600)]
    [InlineData("{\"method\":5,\"id\":1}", -32600)]
    [InlineData("{\"method\":\"none\",\"id\":1}", -32601)]
    [InlineData("{\"method\":\"state_getStorage\",\"params\":[{}],\"id\":1}", -32602)]
    public async Task A_call_of_the_chain_that_is_wrong_is_answered_as_JSON_RPC_says(string call, int code)
    {
        await using var gateway = await TestGateway.StartAsync(new FakeGrains());
        using var content = new StringContent(call, Encoding.UTF8, "application/json");
        using var response = await gateway.Http.PostAsync(new Uri("/rpc", UriKind.Relative), content, Cancellation);
        var text = await response.Content.ReadAsStringAsync(Cancellation);
        Assert.True(response.StatusCode == HttpStatusCode.OK, $"{(int)response.StatusCode} {text}");
        using var answer = JsonDocument.Parse(text);
        Assert.Equal(code, answer.RootElement.GetProperty("error").GetProperty("code").GetInt32());
    }

    [Fact]
    public async Task While_silos_are_away_requests_are_told_when_to_come_back()
    {
        await using var gateway = await TestGateway.StartAsync(new FakeGrains().On(nameof(ILedgerGrain.GetEpochAsync), _ => throw new TimeoutException("the silo restarts")));
        using var response = await gateway.Http.GetAsync(new Uri("/api/epochs/3/directors", UriKind.Relative), Cancellation);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.True(response.Headers.RetryAfter?.Delta > TimeSpan.Zero, "There is no Retry-After.");
        using var problem = JsonDocument.Parse(await response.Content.ReadAsStringAsync(Cancellation));
        Assert.Contains("Try again", problem.RootElement.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_page_of_slots_that_numbers_were_passed_over_in_is_not_the_last()
    {
        var grains = new FakeGrains().On(nameof(IChannelGrain.GetSlotsAsync), arguments => Task.FromResult(
            arguments[0] is null ? new SlotPage([], 300) : new SlotPage([], null)));
        await using var gateway = await TestGateway.StartAsync(grains);
        foreach (var path in (string[])["/api/slots?limit=100", "/api/recordings?limit=100"])
        {
            var page = await gateway.GetJsonAsync(path);
            var next = page.GetProperty("next");
            if (path.StartsWith("/api/slots", StringComparison.Ordinal))
            {
                Assert.Equal("300", next.GetString());
                next = (await gateway.GetJsonAsync($"{path}&before=300")).GetProperty("next");
            }

            Assert.Equal(JsonValueKind.Null, next.ValueKind);
        }
    }

    /// <summary>Sends bytes as they are, and answers with the head of what comes back.</summary>
    private static async Task<string> ExchangeAsync(TestGateway gateway, string request)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(gateway.Address.Host, gateway.Address.Port, Cancellation);
        await using var stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(request), Cancellation);
        var answer = new StringBuilder();
        var buffer = new byte[4096];
        while (!answer.ToString().Contains("\r\n\r\n", StringComparison.Ordinal))
        {
            var count = await stream.ReadAsync(buffer, Cancellation).AsTask().WaitAsync(s_limit, Cancellation);
            if (count == 0)
                break;
            answer.Append(Encoding.UTF8.GetString(buffer, 0, count));
        }

        return answer.ToString();
    }

    private static async Task<ClientWebSocket> ConnectAsync(TestGateway gateway)
    {
        var socket = new ClientWebSocket();
        await socket.ConnectAsync(new Uri(string.Create(CultureInfo.InvariantCulture, $"ws://{gateway.Address.Host}:{gateway.Address.Port}/signal")), Cancellation);
        return socket;
    }

    private static Task SendAsync(ClientWebSocket socket, string text) =>
        socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, endOfMessage: true, Cancellation);

    private static async Task<JsonElement> ReceiveAsync(ClientWebSocket socket)
    {
        var buffer = new byte[64 * 1024];
        var received = await socket.ReceiveAsync(buffer, Cancellation).WaitAsync(s_limit, Cancellation);
        Assert.Equal(WebSocketMessageType.Text, received.MessageType);
        using var document = JsonDocument.Parse(buffer.AsMemory(0, received.Count));
        return document.RootElement.Clone();
    }
}
