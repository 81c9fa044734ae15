using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Nsn.WebRtc.Client;
using Nsn.WebRtc.DataChannels;
using Nsn.WebRtc.Sessions;

namespace Nsn.EndToEnd.Tests;

/// <summary>Bad input at the gateway: a clear error, nothing lost, others unaffected.</summary>
public sealed class GatewayInputTests(StackFixture stack)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static async Task<JsonElement> ProblemAsync(HttpResponseMessage response, HttpStatusCode expected)
    {
        var body = await response.Content.ReadAsStringAsync(Cancellation);
        Assert.True(response.StatusCode == expected, $"{(int)response.StatusCode} instead of {(int)expected}: {body}");
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        return JsonDocument.Parse(body).RootElement.Clone();
    }

    [Theory]
    [InlineData("/api/channels/none")]
    [InlineData("/api/slots/99999999")]
    [InlineData("/api/slots/99999999/certificate")]
    [InlineData("/api/slots/99999999/chunks/0")]
    [InlineData("/api/slots/99999999/recording")]
    [InlineData("/api/recipes/r-none")]
    [InlineData("/api/epochs/9999999")]
    [InlineData("/api/epochs/9999999/directors")]
    public async Task Unknown_ids_are_not_found(string path)
    {
        using var response = await stack.Http.GetAsync(new Uri(path, UriKind.Relative), Cancellation);
        var problem = await ProblemAsync(response, HttpStatusCode.NotFound);
        Assert.NotEmpty(problem.GetProperty("detail").GetString()!);
    }

    [Fact]
    public async Task Every_bound_of_a_recipe_is_named_with_its_field()
    {
        using var response = await stack.SubmitAsync(new { prompt = new string('x', 2001), seconds = 61, emotion = "hungry" });
        var errors = (await ProblemAsync(response, HttpStatusCode.UnprocessableEntity)).GetProperty("errors");
        Assert.True(errors.TryGetProperty("prompt", out _));
        Assert.True(errors.TryGetProperty("seconds", out _));
        Assert.True(errors.TryGetProperty("emotion", out _));
        using var empty = await stack.SubmitAsync(new { prompt = "  " });
        await ProblemAsync(empty, HttpStatusCode.UnprocessableEntity);
    }

    [Fact]
    public async Task Bodies_that_are_no_json_too_long_or_of_another_type_are_refused()
    {
        using var broken = await stack.Http.PostAsync(new Uri("/api/recipes", UriKind.Relative), new StringContent("{", Encoding.UTF8, "application/json"), Cancellation);
        Assert.Equal(HttpStatusCode.BadRequest, broken.StatusCode);
        using var text = await stack.Http.PostAsync(new Uri("/api/recipes", UriKind.Relative), new StringContent("hello"), Cancellation);
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, text.StatusCode);
        using var offer = await stack.Http.PostAsync(new Uri("/api/channels/main/offer", UriKind.Relative), new StringContent("v=0", Encoding.UTF8, "application/sdp"), Cancellation);
        await ProblemAsync(offer, HttpStatusCode.BadRequest);
        using var notSdp = await stack.Http.PostAsync(new Uri("/api/channels/main/offer", UriKind.Relative), new StringContent("v=0"), Cancellation);
        await ProblemAsync(notSdp, HttpStatusCode.UnsupportedMediaType);
        using var huge = new ByteArrayContent(new byte[10 << 20]);
        huge.Headers.ContentType = new("application/json");
        try
        {
            using var long10 = await stack.Http.PostAsync(new Uri("/api/recipes", UriKind.Relative), huge, Cancellation);
            Assert.Equal(HttpStatusCode.RequestEntityTooLarge, long10.StatusCode);
        }
        catch (HttpRequestException)
        {
            // The gateway answered 413 and closed before all ten megabytes were sent.
        }

        Assert.Equal("ready", (await stack.GetAsync("/health")).GetProperty("checks").GetProperty("gateway").GetProperty("description").GetString());
    }

    [Fact]
    public async Task A_flood_from_one_address_is_slowed_down_and_others_notice_nothing()
    {
        // Loopback has many addresses; the flood comes from one that nobody else uses.
        using var flood = From("127.0.0.9");
        using var enough = new CancellationTokenSource();
        var (answers, refusals) = (0, 0);
        HttpResponseMessage? refused = null;
        using var watching = await stack.Http.GetAsync(new Uri("/api/channels/main/stream", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, Cancellation);
        await using var stream = await watching.Content.ReadAsStreamAsync(Cancellation);
        var flooding = FloodAsync();
        await Eventually.HoldsAsync("an address that asks without pause is told to slow down", () => Task.FromResult(Volatile.Read(ref refusals)), count => count > 0 || flooding.IsCompleted);
        Assert.True(Volatile.Read(ref answers) > 500, $"refused after {answers} requests; ten seconds' worth come through");

        // Meanwhile others ask and watch as ever.
        var before = Volatile.Read(ref refusals);
        for (var round = 0; round < 20; round++)
            await stack.GetAsync("/api/channels/main");
        await stream.ReadExactlyAsync(new byte[30_000], Cancellation);
        await Eventually.HoldsAsync("the flood has gone on meanwhile", () => Task.FromResult(Volatile.Read(ref refusals)), count => count > before || flooding.IsCompleted);
        await enough.CancelAsync();
        await flooding;
        await ProblemAsync(refused!, HttpStatusCode.TooManyRequests);
        Assert.NotNull(refused!.Headers.RetryAfter);

        async Task FloodAsync()
        {
            while (!enough.IsCancellationRequested)
            {
                var some = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => flood.GetAsync(new Uri("/p2p/info", UriKind.Relative), Cancellation)));
                refused ??= some.FirstOrDefault(answer => answer.StatusCode == HttpStatusCode.TooManyRequests);
                Interlocked.Add(ref answers, some.Length);
                Interlocked.Add(ref refusals, some.Count(answer => answer.StatusCode == HttpStatusCode.TooManyRequests));
            }
        }
    }

    /// <summary>Somebody with an address of their own.</summary>
    private HttpClient From(string source) =>
        new(new SocketsHttpHandler { UseProxy = false, ConnectCallback = FromAsync(IPAddress.Parse(source)) }) { BaseAddress = stack.Gateway };

    private static Func<SocketsHttpConnectionContext, CancellationToken, ValueTask<Stream>> FromAsync(IPAddress source) => async (context, cancellation) =>
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            socket.Bind(new IPEndPoint(source, 0));
            await socket.ConnectAsync(context.DnsEndPoint, cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    };

    [Fact]
    public async Task An_idempotency_key_stands_for_one_recipe()
    {
        var key = Guid.NewGuid().ToString("N");
        using var first = await stack.SubmitAsync(new { prompt = "a bear in the mountains" }, key);
        using var again = await stack.SubmitAsync(new { prompt = "a bear in the mountains" }, key);
        Assert.Equal(HttpStatusCode.Accepted, first.StatusCode);
        Assert.Equal(HttpStatusCode.Accepted, again.StatusCode);
        Assert.Equal(first.Headers.Location, again.Headers.Location);
        using var other = await stack.SubmitAsync(new { prompt = "a cat in the mountains" }, key);
        await ProblemAsync(other, HttpStatusCode.Conflict);
    }

    [Fact]
    public async Task One_key_at_the_same_time_is_one_recipe()
    {
        using var person = From("127.0.0.11");
        async Task<(HttpStatusCode Status, string? Location)> SubmitAsync(string key, string prompt)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/api/recipes") { Content = JsonContent.Create(new { prompt }) };
            request.Headers.Add("Idempotency-Key", key);
            using var response = await person.SendAsync(request, Cancellation);
            return (response.StatusCode, response.Headers.Location?.ToString());
        }

        var same = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => SubmitAsync("same", "a horse on a beach")));
        Assert.All(same, answer => Assert.Equal((HttpStatusCode.Accepted, same[0].Location), answer));
        // Whichever comes first has the key.
        var mixed = await Task.WhenAll(Enumerable.Range(0, 6).Select(count => SubmitAsync("mixed", count % 2 == 0 ? "a horse in a library" : "a horse in the mountains")));
        Assert.Equal(3, mixed.Count(answer => answer.Status == HttpStatusCode.Accepted));
        Assert.Equal(3, mixed.Count(answer => answer.Status == HttpStatusCode.Conflict));
        Assert.Single(mixed.Where(answer => answer.Status == HttpStatusCode.Accepted).Select(answer => answer.Location).Distinct());
    }

    [Theory]
    [InlineData("/api/slots?limit=2")]
    [InlineData("/api/epochs?limit=1")]
    [InlineData("/api/recordings?limit=1")]
    public async Task Pages_stay_what_they_are_while_the_list_grows(string list)
    {
        await stack.CertifiedSlotAsync(0);
        var number = list.Contains("epochs", StringComparison.Ordinal) ? "epoch" : "slot";
        var onAir = await OnAirAsync();
        var pages = new List<(string? Cursor, ulong[] Items)>();
        string? cursor = null;
        do
        {
            var (items, next) = await PageAsync(cursor);
            pages.Add((cursor, items));
            cursor = next;
        }
        while (cursor is not null && pages.Count < 10);
        var walked = pages.SelectMany(page => page.Items).ToArray();
        Assert.NotEmpty(walked);
        Assert.Equal(walked.Distinct().OrderDescending(), walked);

        await Eventually.HoldsAsync("another slot is on air", OnAirAsync, slot => slot > onAir);
        // A cursor says before which number, not how many came before. What was not on air yet may still be certified.
        foreach (var (at, items) in pages.Where(page => page.Cursor is { } before && ulong.Parse(before, CultureInfo.InvariantCulture) <= onAir))
            Assert.Equal(items, (await PageAsync(at)).Items);
        Assert.Empty((await PageAsync("0")).Items);
        Assert.NotEmpty((await PageAsync($"{(number == "epoch" ? uint.MaxValue : ulong.MaxValue)}")).Items);

        async Task<ulong> OnAirAsync() => (await stack.GetAsync("/api/channels/main")).GetProperty("slot").GetUInt64();

        async Task<(ulong[] Items, string? Next)> PageAsync(string? before)
        {
            var page = await stack.GetAsync(before is null ? list : $"{list}&before={before}");
            return ([.. page.GetProperty("items").EnumerateArray().Select(item => item.GetProperty(number).GetUInt64())], page.GetProperty("next").GetString());
        }
    }

    [Fact]
    public async Task The_signalling_socket_answers_nonsense_with_errors_and_goes_on()
    {
        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(new UriBuilder(stack.Gateway) { Scheme = "ws", Path = "/signal" }.Uri, Cancellation);
        foreach (var (message, status) in ((string, int)[])
            [("{", 400), ("[1]", 400), ("""{"type":"dance"}""", 400), ("""{"type":"offer","sdp":"v=0"}""", 409), ("""{"type":"join","channel":"none"}""", 404)])
        {
            await socket.SendAsync(Encoding.UTF8.GetBytes(message), WebSocketMessageType.Text, true, Cancellation);
            var answer = await ReceiveAsync(socket);
            Assert.Equal("error", answer.GetProperty("type").GetString());
            Assert.Equal(status, answer.GetProperty("status").GetInt32());
        }

        await socket.SendAsync("""{"type":"join","channel":"main"}"""u8.ToArray(), WebSocketMessageType.Text, true, Cancellation);
        Assert.Equal("joined", (await ReceiveAsync(socket)).GetProperty("type").GetString());
        await socket.SendAsync("""{"type":"offer","sdp":"v=0"}"""u8.ToArray(), WebSocketMessageType.Text, true, Cancellation);
        Assert.Equal(400, (await ReceiveAsync(socket)).GetProperty("status").GetInt32());
    }

    [Fact]
    public async Task A_player_that_signals_by_websocket_gets_the_channel()
    {
        using var http = new HttpClient(new SignalHandler(stack.Gateway));
        await using var client = new WebRtcClient(http, new WebRtcClientOptions { Receive = false, DataChannels = true });
        var first = new TaskCompletionSource<byte[]>(TaskCreationOptions.RunContinuationsAsynchronously);
        client.Connection.Event += (connection, happened) =>
        {
            if (happened is DataChannelOpened opened)
                connection.SendData(opened.Channel, FrameRelay.Frame(0x81, """{"channel":"main","from":null}"""u8.ToArray()));
            else if (happened is DataChannelMessage message)
                first.TrySetResult(message.Data.ToArray());
        };
        await client.ConnectAsync(stack.Gateway, Cancellation).WaitAsync(TimeSpan.FromSeconds(60), Cancellation);
        client.Connection.OpenDataChannel("nsn.chunks", new DataChannelSettings { Protocol = "nsn.frames.1" });
        var hello = await first.Task.WaitAsync(TimeSpan.FromSeconds(60), Cancellation);
        Assert.Equal(1, hello[4]);
        Assert.Contains("\"channel\":\"main\"", Encoding.UTF8.GetString(hello), StringComparison.Ordinal);
    }

    private static async Task<JsonElement> ReceiveAsync(ClientWebSocket socket)
    {
        var buffer = new byte[64 * 1024];
        var received = await socket.ReceiveAsync(buffer, Cancellation);
        return JsonDocument.Parse(buffer.AsMemory(0, received.Count)).RootElement.Clone();
    }
}
