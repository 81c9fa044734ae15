using System.Diagnostics.Metrics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Nsn.Gateway.Api;
using Nsn.Gateway.Channels;
using Nsn.Gateway.Tests.Fakes;
using Nsn.Grains.Channels;
using Nsn.Grains.Ledger;
using Nsn.Grains.Slots;
using Nsn.Media;
using Nsn.Protocol.Chunks;
using Nsn.Protocol.Consensus;
using Nsn.Protocol.Cryptography;
using Nsn.Protocol.Ledger.Genesis;
using Nsn.Protocol.Recipes;
using Nsn.Tests;
using Nsn.WebRtc.Client;

namespace Nsn.Gateway.Tests;

/// <summary>What requests to a gateway are answered, over HTTP.</summary>
public sealed class HttpTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_idempotency_key_is_its_senders_own()
    {
        var grains = new FakeGrains();
        var submissions = AcceptAll(grains);
        await using var gateway = await TestGateway.StartAsync(grains);
        async Task<string> SubmitAsync(string source, string key)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/api/recipes") { Content = JsonContent.Create(new { prompt = "a red fox in a bakery", seconds = 8 }) };
            request.Headers.Add("Idempotency-Key", key);
            using var response = await gateway.From(source).SendAsync(request, Cancellation);
            Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
            return response.Headers.Location!.ToString();
        }

        var mine = await SubmitAsync("127.0.0.9", "1");
        var mineAgain = await SubmitAsync("127.0.0.9", "1");
        var yours = await SubmitAsync("127.0.0.10", "1");
        var mineOther = await SubmitAsync("127.0.0.9", "2");
        Assert.Equal(mine, mineAgain);
        Assert.Equal(3, new[] { mine, yours, mineOther }.Distinct().Count());
        Assert.Equal(submissions[0].IdempotencyKey, submissions[1].IdempotencyKey);
        Assert.Equal(submissions[0].Recipe, submissions[1].Recipe);
        Assert.Equal(3, submissions.Select(submission => submission.IdempotencyKey).Distinct().Count());
        Assert.All(submissions, submission => Assert.InRange(submission.IdempotencyKey.Length, 1, 64));
    }

    [Fact]
    public async Task A_recipe_that_its_author_signed_is_taken_under_the_authors_name()
    {
        var grains = new FakeGrains();
        var submissions = AcceptAll(grains);
        await using var gateway = await TestGateway.StartAsync(grains);
        var recipe = Signed("Alice");
        foreach (var source in (string[])["127.0.0.9", "127.0.0.10"])
        {
            using var response = await PostAsync(gateway.From(source), "/api/recipes/signed", RecipeCodec.Encode(recipe));
            Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
            using var status = JsonDocument.Parse(await response.Content.ReadAsStringAsync(Cancellation));
            Assert.Equal(Ss58.Encode(DevAccounts.AccountOf("Alice")), status.RootElement.GetProperty("author").GetString());
        }

        // Whoever sends it, and however often: it is one request.
        Assert.Equal(submissions[0].IdempotencyKey, submissions[1].IdempotencyKey);
        Assert.Equal(RecipeCodec.Encode(recipe), submissions[0].Recipe);
        using var anonymous = await gateway.Http.PostAsJsonAsync(new Uri("/api/recipes", UriKind.Relative), new { prompt = "a red fox", seconds = 8 }, Cancellation);
        using var unnamed = JsonDocument.Parse(await anonymous.Content.ReadAsStringAsync(Cancellation));
        Assert.Equal(JsonValueKind.Null, unnamed.RootElement.GetProperty("author").ValueKind);
    }

    [Fact]
    public async Task A_recipe_whose_signature_does_not_hold_is_refused_with_the_reason()
    {
        await using var gateway = await TestGateway.StartAsync(new FakeGrains());
        var recipe = Signed("Alice");
        var author = recipe.Author!;
        await RefusedAsync(recipe with { Author = author with { Account = DevAccounts.AccountOf("Bob") } }, "not that of the account");
        await RefusedAsync(recipe with { VisualTrack = recipe.VisualTrack with { Prompt = "something else" } }, "not that of the account");
        await RefusedAsync(Signed("Alice", chain: 1), "not that of the account");
        await RefusedAsync(Signed("Alice", minutes: -6), "five minutes");
        await RefusedAsync(recipe with { Author = null }, "not signed");
        await RefusedAsync(Signed("Alice", side: 1920), "pictures of at most 256x256", "slot_params");

        async Task RefusedAsync(Recipe wrong, string why, string field = "security")
        {
            using var response = await PostAsync(gateway.Http, "/api/recipes/signed", RecipeCodec.Encode(wrong));
            Assert.Equal(HttpStatusCode.UnprocessableEntity, response.StatusCode);
            Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
            using var problem = JsonDocument.Parse(await response.Content.ReadAsStringAsync(Cancellation));
            Assert.Contains(why, problem.RootElement.GetProperty("errors").GetProperty(field)[0].GetString(), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("application/octet-stream", 10, 400)]
    [InlineData("application/octet-stream", 70_000, 413)]
    [InlineData("text/plain", 10, 415)]
    public async Task Bytes_that_are_no_signed_recipe_are_refused(string type, int length, int status)
    {
        await using var gateway = await TestGateway.StartAsync(new FakeGrains());
        using var response = await PostAsync(gateway.Http, "/api/recipes/signed", new byte[length], type);
        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
    }

    [Fact]
    public async Task Commitments_and_reveals_of_directors_are_published_with_the_frames_that_they_drew()
    {
        var grains = new FakeGrains();
        await using var gateway = await TestGateway.StartAsync(grains);
        var recipe = Signed("Alice");
        byte[] root = [.. Enumerable.Repeat((byte)5, 32)];
        var signer = DevAccounts.SignerOf("Bob");
        var nonce = new Hash256([.. Enumerable.Repeat((byte)9, 32)]);
        Assert.True(QuantisedEmbedding.TryQuantise([.. Enumerable.Range(0, QuantisedEmbedding.Length).Select(index => index - 255.5f)], out var embedding, out _));
        var round = new RoundId(default, 1, 7, new Hash256(root));
        var commit = CommitMessage.Create(signer, round, nonce, embedding);
        var reveal = new RevealMessage(signer.PublicKey, round, nonce, embedding);
        var key = signer.PublicKey.ToArray();
        var assignment = new SlotAssignment(new byte[32], 1, 7, RecipeCodec.Encode(recipe), recipe.Hash().ToArray(), recipe.RecipeId, new byte[32], new byte[32], [key], [0], DateTimeOffset.UnixEpoch);
        var report = new SlotReport
        {
            Slot = 7,
            Phase = SlotPhase.Certified,
            Assignment = assignment,
            Manifest = new ClipManifest(7, root, key, [], [], 1),
            Answers = [new DirectorAnswer(key, true, true, "accept", null, null, null, commit.Encode(), reveal.Encode(), 3)],
        };
        grains.On(nameof(IChannelGrain.GetSlotAsync), _ => Task.FromResult<SlotEntry?>(new SlotEntry("main", RecipeOrigin.Viewer, DateTimeOffset.UtcNow, TimeSpan.FromSeconds(8), report)));
        grains.On(nameof(IChannelGrain.GetRecipeAsync), _ => Task.FromResult<RecipeTicket?>(null));
        grains.On(nameof(ILedgerGrain.GetEpochAsync), _ => Task.FromResult<EpochInfo?>(null));
        var detail = await gateway.GetJsonAsync("/api/slots/7");
        Assert.Equal(Ss58.Encode(DevAccounts.AccountOf("Alice")), detail.GetProperty("author").GetString());

        // All that an auditor needs is in the answer.
        var director = detail.GetProperty("directors")[0];
        Assert.True(ConsensusMessage.TryDecode(Convert.FromHexString(director.GetProperty("commit").GetString()![2..]), out var committed, out _));
        Assert.True(ConsensusMessage.TryDecode(Convert.FromHexString(director.GetProperty("reveal").GetString()![2..]), out var revealed, out _));
        Assert.True(((CommitMessage)committed).Verify(Ed25519.Instance));
        Assert.True(((RevealMessage)revealed).Opens((CommitMessage)committed));
        var frames = director.GetProperty("frames").EnumerateArray().Select(frame => frame.GetInt32()).ToArray();
        Assert.Equal(FrameSample.Draw(((RevealMessage)revealed).Nonce, new Hash256(root), 96, 3), frames);
    }

    private static Recipe Signed(string name, int minutes = 0, ushort side = 256, byte chain = 0)
    {
        var recipe = new Recipe
        {
            RecipeId = "mine-1",
            SlotParameters = new SlotParameters { DurationSeconds = 8, Width = side, Height = side, FramesPerSecond = 12 },
            AudioTrack = new AudioTrack { Script = "Hello." },
            VisualTrack = new VisualTrack { Prompt = "a cat" },
        };
        var chainId = new Hash256([.. Enumerable.Repeat(chain, 32)]);
        var at = (ulong)DateTimeOffset.UtcNow.AddMinutes(minutes).ToUnixTimeMilliseconds();
        return recipe with { Author = RecipeAuthor.Sign(DevAccounts.SignerOf(name), chainId, recipe.Hash(), at) };
    }

    private static async Task<HttpResponseMessage> PostAsync(HttpClient client, string path, byte[] body, string type = "application/octet-stream")
    {
        using var content = new ByteArrayContent(body);
        content.Headers.ContentType = new MediaTypeHeaderValue(type);
        return await client.PostAsync(new Uri(path, UriKind.Relative), content, Cancellation);
    }

    [Theory]
    [InlineData("/api/slots/7/certificate")]
    [InlineData("/api/slots/7/recipe")]
    [InlineData("/api/slots/7/chunks/0")]
    [InlineData("/api/slots/7/recording")]
    public async Task Bytes_of_a_slot_are_asked_for_again_because_its_number_may_mean_another_one(string path)
    {
        await using var gateway = await TestGateway.StartAsync(new FakeGrains());
        PutCertified(gateway, "first history");
        var url = new Uri(path, UriKind.Relative);
        using var first = await gateway.Http.GetAsync(url, Cancellation);
        Assert.Equal(HttpStatusCode.OK, first.StatusCode);
        var tag = first.Headers.ETag!;
        Assert.False(tag.IsWeak);
        Assert.Equal("no-cache", first.Headers.CacheControl!.ToString());
        using (var known = await GetAsync(gateway, url, request => request.Headers.IfNoneMatch.Add(tag)))
        {
            Assert.Equal(HttpStatusCode.NotModified, known.StatusCode);
            Assert.Equal(tag, known.Headers.ETag);
            Assert.Empty(await known.Content.ReadAsByteArrayAsync(Cancellation));
        }

        // The chain starts afresh; the slot of that number is another one.
        PutCertified(gateway, "second history");
        using var other = await GetAsync(gateway, url, request => request.Headers.IfNoneMatch.Add(tag));
        Assert.Equal(HttpStatusCode.OK, other.StatusCode);
        Assert.NotEqual(tag, other.Headers.ETag);
    }

    [Fact]
    public async Task Ranges_of_a_recording_are_served_as_long_as_it_is_the_same()
    {
        await using var gateway = await TestGateway.StartAsync(new FakeGrains());
        PutCertified(gateway, "one");
        var url = new Uri("/api/slots/7/recording", UriKind.Relative);
        using var whole = await gateway.Http.GetAsync(url, Cancellation);
        var bytes = await whole.Content.ReadAsByteArrayAsync(Cancellation);
        using (var part = await GetAsync(gateway, url, request => request.Headers.Range = new RangeHeaderValue(4, 9)))
        {
            Assert.Equal(HttpStatusCode.PartialContent, part.StatusCode);
            Assert.Equal(bytes[4..10], await part.Content.ReadAsByteArrayAsync(Cancellation));
        }

        using (var beyond = await GetAsync(gateway, url, request => request.Headers.Range = new RangeHeaderValue(bytes.Length, null)))
        {
            Assert.Equal(HttpStatusCode.RequestedRangeNotSatisfiable, beyond.StatusCode);
            Assert.Equal(bytes.Length, beyond.Content.Headers.ContentRange?.Length);
            using var problem = JsonDocument.Parse(await beyond.Content.ReadAsStringAsync(Cancellation));
            Assert.Contains($"*/{bytes.Length}", problem.RootElement.GetProperty("detail").GetString(), StringComparison.Ordinal);
        }

        PutCertified(gateway, "two");
        using var other = await GetAsync(gateway, url, request =>
        {
            request.Headers.Range = new RangeHeaderValue(4, 9);
            request.Headers.IfRange = new RangeConditionHeaderValue(whole.Headers.ETag!);
        });
        Assert.Equal(HttpStatusCode.OK, other.StatusCode);
    }

    [Fact]
    public async Task Filler_is_counted_with_the_time_that_it_is_on_air()
    {
        await using var gateway = await TestGateway.StartAsync(new FakeGrains());
        using var figures = new Figures(gateway.Services.GetRequiredService<IMeterFactory>());
        // Slot 10 is on air and has no certificate; the last one that has is shown again.
        PutCertified(gateway, "the last certified clip");
        await Eventually.HoldsAsync("filler is counted", () => Task.FromResult(figures.Of("nsn.gateway.slots.filler").Length > 0));
        Assert.Equal([1], figures.Of("nsn.gateway.slots.filler"));
        Assert.Equal([gateway.Tail.Head!.Timing.SlotDuration.TotalSeconds], figures.Of("nsn.gateway.filler.duration"));
    }

    [Fact]
    public async Task Directors_are_unknown_only_if_the_ledger_says_so()
    {
        var grains = new FakeGrains();
        await using var gateway = await TestGateway.StartAsync(grains);
        var url = new Uri("/api/epochs/3/directors", UriKind.Relative);
        grains.On(nameof(ILedgerGrain.GetEpochAsync), _ => throw new TimeoutException("the silo restarts"));
        using (var away = await gateway.Http.GetAsync(url, Cancellation))
            Assert.Equal(HttpStatusCode.ServiceUnavailable, away.StatusCode);
        grains.On(nameof(ILedgerGrain.GetEpochAsync), _ => Task.FromResult<EpochInfo?>(null));
        using var none = await gateway.Http.GetAsync(url, Cancellation);
        Assert.Equal(HttpStatusCode.NotFound, none.StatusCode);
    }

    [Fact]
    public async Task The_interface_is_described_whole()
    {
        await using var gateway = await TestGateway.StartAsync(new FakeGrains());
        var paths = (await gateway.GetJsonAsync("/openapi/v1.json")).GetProperty("paths");
        var described = paths.EnumerateObject()
            .SelectMany(path => path.Value.EnumerateObject().Select(operation => (Route: $"{operation.Name.ToUpperInvariant()} {path.Name}", Operation: operation.Value)))
            .ToDictionary(entry => entry.Route, entry => entry.Operation);
        var mapped = gateway.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Select(endpoint => (Path: "/" + endpoint.RoutePattern.RawText!.Trim('/'), Methods: endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? ["GET"]))
            .Where(endpoint => endpoint.Path != "/openapi/{documentName}.json")
            // HTTP/2 opens WebSockets with CONNECT, for which OpenAPI has no word.
            .SelectMany(endpoint => endpoint.Methods.Where(method => method != "CONNECT").Select(method => $"{method} {endpoint.Path}"))
            .Order(StringComparer.Ordinal);
        Assert.Equal(mapped, described.Keys.Order(StringComparer.Ordinal));
        Assert.All(described, entry => Assert.True(entry.Key.StartsWith("DELETE ", StringComparison.Ordinal) || SaysWhatItAnswers(entry.Value), $"{entry.Key} does not say what it answers: {entry.Value}"));
    }

    /// <summary>A success has a schema; or it has no body, and says so by 101 or 204 (WHEP's DELETE: 200).</summary>
    private static bool SaysWhatItAnswers(JsonElement operation) => operation.GetProperty("responses").EnumerateObject().Any(response =>
        response.Name is "101" or "204"
        || (response.Name.StartsWith('2')
            && response.Value.TryGetProperty("content", out var content)
            && content.EnumerateObject().Any()
            && content.EnumerateObject().All(media => media.Value.TryGetProperty("schema", out var schema) && schema.EnumerateObject().Any())));

    [Fact]
    public async Task Viewers_by_WHEP_are_counted_and_the_transport_is_measured()
    {
        await using var gateway = await TestGateway.StartAsync(new FakeGrains());
        async Task<int> ViewersAsync() => (await gateway.GetJsonAsync("/api/channels/main")).GetProperty("viewers").GetInt32();
        Assert.Equal(0, await ViewersAsync());
        await using (var client = new WebRtcClient(gateway.Http, new WebRtcClientOptions { BindAddress = IPAddress.Loopback }))
        {
            await client.ConnectAsync(new Uri(gateway.Address, "/whep/main"), Cancellation).WaitAsync(TimeSpan.FromSeconds(60), Cancellation);
            await Eventually.HoldsAsync("a viewer by WHEP is counted", async () => await ViewersAsync() == 1);
            await Eventually.HoldsAsync("the sessions of the WebRTC server are measured", async () =>
                (await gateway.Http.GetStringAsync(new Uri("/metrics", UriKind.Relative), Cancellation)).Contains("nsn_webrtc_sessions_accepted", StringComparison.Ordinal));
        }

        await Eventually.HoldsAsync("a viewer by WHEP that is gone is not counted", async () => await ViewersAsync() == 0);
    }

    [Theory]
    [InlineData("/api/slots/7/certificate")]
    [InlineData("/api/slots/7/recording")]
    [InlineData("/api/slots/7/recipe")]
    [InlineData("/api/channels/main")]
    [InlineData("/api/channels")]
    [InlineData("/openapi/v1.json")]
    [InlineData("/alive")]
    [InlineData("/health")]
    [InlineData("/metrics")]
    [InlineData("/Nsn.Gateway.Tests.deps.json")]
    [InlineData("/api/slots/8/certificate")] // which is not there
    [InlineData("/api/slots/abc")]
    public async Task Head_is_answered_as_get_is_without_the_body(string path)
    {
        await using var gateway = await TestGateway.StartAsync(
            new FakeGrains().On(nameof(IChannelGrain.GetSlotAsync), _ => Task.FromResult<SlotEntry?>(null)), $"Gateway:Pages={AppContext.BaseDirectory}");
        PutCertified(gateway, "one");
        var url = new Uri(path, UriKind.Relative);
        if (path == "/health")
        {
            // Its answer is another one once the gateway has shaken hands with itself.
            await Eventually.HoldsAsync("the gateway is ready", async () =>
            {
                using var answer = await gateway.Http.GetAsync(url, Cancellation);
                return answer.IsSuccessStatusCode;
            });
        }

        using var get = await gateway.Http.GetAsync(url, Cancellation);
        using var head = await GetAsync(gateway, url, request => request.Method = HttpMethod.Head);
        Assert.Equal(get.StatusCode, head.StatusCode);
        Assert.Equal(get.Content.Headers.ContentType, head.Content.Headers.ContentType);
        Assert.Equal(get.Headers.ETag, head.Headers.ETag);
        Assert.Empty(await head.Content.ReadAsByteArrayAsync(Cancellation));
        if (path.EndsWith("recording", StringComparison.Ordinal))
        {
            Assert.Equal(get.Content.Headers.ContentLength, head.Content.Headers.ContentLength);
            Assert.Equal("bytes", head.Headers.AcceptRanges.Single());
        }
    }

    [Theory]
    [InlineData("/api/channels/main/stream", "GET")]
    [InlineData("/api/channels/main/events", "GET")]
    [InlineData("/signal", "GET")]
    [InlineData("/api/recipes", "POST")]
    public async Task Head_of_what_has_no_end_or_is_not_read_is_refused(string path, string allowed)
    {
        await using var gateway = await TestGateway.StartAsync(new FakeGrains());
        using var head = await GetAsync(gateway, new Uri(path, UriKind.Relative), request => request.Method = HttpMethod.Head);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, head.StatusCode);
        Assert.Contains(allowed, head.Content.Headers.Allow);
        Assert.Equal("application/problem+json", head.Content.Headers.ContentType?.MediaType);
    }

    [Theory]
    [InlineData("/api/recipes")]
    [InlineData("/api/recipes/signed")]
    public async Task A_gateway_that_has_not_heard_of_the_chain_takes_no_prompt_because_it_does_not_know_how_long_a_slot_is(string path)
    {
        var grains = new FakeGrains();
        var submissions = AcceptAll(grains);
        await using var gateway = await TestGateway.StartBeforeTheChainAsync(grains);
        using var answer = path.EndsWith("signed", StringComparison.Ordinal)
            ? await PostAsync(gateway.Http, path, RecipeCodec.Encode(Signed("Alice")))
            : await gateway.Http.PostAsJsonAsync(new Uri(path, UriKind.Relative), new { prompt = "a red fox" }, Cancellation);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.NotNull(answer.Headers.RetryAfter);
        Assert.Empty(submissions);
    }

    private static async Task<HttpResponseMessage> GetAsync(TestGateway gateway, Uri url, Action<HttpRequestMessage> change)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, url);
        change(request);
        return await gateway.Http.SendAsync(request, Cancellation);
    }

    private static void PutCertified(TestGateway gateway, string what)
    {
        var tracks = new WebMTracks { Codec = VideoCodec.Vp8, Width = 64, Height = 64, FramesPerSecond = 12, OpusHead = "OpusHead"u8.ToArray().Concat(new byte[11]).ToArray() };
        var bytes = System.Text.Encoding.UTF8.GetBytes(what);
        var segment = WebMWriter.WriteSegment(tracks, 0, [new EncodedFrame(0, true, bytes)], []);
        var content = SlotContent.FromSegments(7, [new VerifiedSegment(0, ChunkKind.WebmVp8Opus, 0, 1000, segment)]);
        var assignment = new SlotAssignment(new byte[32], 1, 7, bytes, new byte[32], "r", new byte[32], new byte[32], [], [], DateTimeOffset.UnixEpoch);
        var report = new SlotReport { Slot = 7, Phase = SlotPhase.Certified, Assignment = assignment, Manifest = new ClipManifest(7, new byte[32], new byte[32], [], [], 1), Certificate = bytes };
        var entry = new SlotEntry("main", RecipeOrigin.Programme, DateTimeOffset.UtcNow, TimeSpan.FromSeconds(8), report);
        gateway.Tail.Put(new SlotView(ApiMapper.ToSummary(entry, content, certified: true, problem: null), entry, content, bytes, bytes));
    }

    /// <summary>Lets the channel take every recipe; the list fills with what was handed in.</summary>
    private static List<RecipeSubmission> AcceptAll(FakeGrains grains)
    {
        var submissions = new List<RecipeSubmission>();
        grains.On(nameof(IChannelGrain.EnqueueAsync), arguments =>
        {
            var submission = (RecipeSubmission)arguments[0]!;
            lock (submissions)
                submissions.Add(submission);
            Assert.True(RecipeCodec.TryDecode(submission.Recipe, out var recipe, out _));
            var ticket = new RecipeTicket { Id = recipe.RecipeId, Recipe = submission.Recipe, RecipeHash = new byte[32], Origin = RecipeOrigin.Viewer, State = RecipeState.Queued };
            return Task.FromResult(new EnqueueResult(EnqueueOutcome.Accepted, ticket, []));
        });
        return submissions;
    }
}
