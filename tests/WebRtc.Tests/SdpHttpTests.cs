using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Nsn.WebRtc.Hosting;
using Nsn.WebRtc.Sdp;
using Nsn.WebRtc.Sessions;
using Nsn.WebRtc.Transport;

namespace Nsn.WebRtc.Tests;

/// <summary>What WHEP and WHIP endpoints answer over HTTP, to a page of another origin.</summary>
public sealed class SdpHttpTests : IAsyncLifetime
{
    private const string Sdp = "application/sdp";
    private const string Fragment = "application/trickle-ice-sdpfrag";
    private const string Restart = "a=ice-ufrag:abcd\r\na=ice-pwd:0123456789abcdef012345\r\n";
    private const string Candidates = "a=candidate:1 1 udp 2130706431 127.0.0.1 5000 typ host\r\n";

    private WebApplication _app = null!;
    private HttpClient _http = null!;
    private WebRtcServer _server = null!;
    private MediaSource _source = null!;

    public async ValueTask InitializeAsync()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddWebRtcServer(options =>
        {
            options.BindAddress = IPAddress.Loopback;
            options.SessionsMax = 4;
        });
        _app = builder.Build();
        _server = _app.Services.GetRequiredService<WebRtcServer>();
        _source = new MediaSource(_server, "test");
        MediaSource free = new(_server, "free");
        WhepOptions whep = new() { FindSource = Find, Authorize = AuthorizeAsync, RetryAfterSeconds = 7 };
        whep.IceServerLinks.Add(IceServerLink.Stun("stun:127.0.0.1"));
        _app.MapWhep("/whep/{channel}", _server, whep);
        _app.MapWhip("/whip/{channel}", _server, new WhipOptions { FindSource = Find, Authorize = AuthorizeAsync, RetryAfterSeconds = 7 });
        _app.MapWhip("/replace/{channel}", _server, new WhipOptions { FindSource = Find, Authorize = AuthorizeAsync, ReplacesPublisher = true });
        await _app.StartAsync(TestContext.Current.CancellationToken);
        _http = new HttpClient { BaseAddress = new Uri(_app.Urls.First()) };

        MediaSource? Find(HttpContext context) => (string?)context.Request.RouteValues["channel"] switch { "off" => null, "free" => free, _ => _source };
        static ValueTask<int?> AuthorizeAsync(HttpContext context) => ValueTask.FromResult<int?>(context.Request.Headers.Authorization.ToString() switch
        {
            "Bearer good" => null,
            "Bearer weak" => 403,
            _ => 401,
        });
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _app.DisposeAsync();
    }

    // Where {session} is a session of /whep/one (or /whip/one) and {other} one of the other protocol.
    [Theory]
    [InlineData("OPTIONS", "/{kind}/one", null, null, null, null, 204)]
    [InlineData("OPTIONS", "/{kind}/one/{session}", null, null, null, null, 204)]
    [InlineData("GET", "/{kind}/one", "good", null, null, null, 204)]
    [InlineData("GET", "/{kind}/one", null, null, null, null, 401)]
    [InlineData("POST", "/{kind}/one", null, Sdp, null, "offer", 401)]
    [InlineData("POST", "/{kind}/one", "weak", Sdp, null, "offer", 403)]
    [InlineData("POST", "/{kind}/off", "good", Sdp, null, "offer", 409)]
    [InlineData("POST", "/{kind}/one", "good", Sdp, null, "long", 413)]
    [InlineData("POST", "/{kind}/one", "good", Sdp, null, "long, in chunks", 413)]
    [InlineData("POST", "/{kind}/one", "good", "text/plain", null, "offer", 415)]
    [InlineData("POST", "/{kind}/one", "good", null, null, null, 415)]
    [InlineData("POST", "/{kind}/free", "good", Sdp, null, "v=0", 400)]
    [InlineData("PUT", "/{kind}/one", "good", Sdp, null, "offer", 405)]
    [InlineData("GET", "/{kind}/one/{session}", "good", null, null, null, 204)]
    [InlineData("GET", "/{kind}/one/{session}", null, null, null, null, 401)]
    [InlineData("GET", "/{kind}/one/{session}", "weak", null, null, null, 403)]
    [InlineData("GET", "/{kind}/one/nobody", "good", null, null, null, 404)]
    [InlineData("GET", "/{kind}/two/{session}", "good", null, null, null, 404)]
    [InlineData("GET", "/{kind}/one/{other}", "good", null, null, null, 404)]
    [InlineData("PATCH", "/{kind}/one/{session}", null, Fragment, "{tag}", Candidates, 401)]
    [InlineData("PATCH", "/{kind}/one/{session}", "weak", Fragment, "*", Restart, 403)]
    [InlineData("PATCH", "/{kind}/one/nobody", "good", Fragment, "*", Restart, 404)]
    [InlineData("PATCH", "/{kind}/two/{session}", "good", Fragment, "*", Restart, 404)]
    [InlineData("PATCH", "/{kind}/one/{other}", "good", Fragment, "*", Restart, 404)]
    [InlineData("PATCH", "/{kind}/one/{session}", "good", Fragment, null, Candidates, 428)]
    [InlineData("PATCH", "/{kind}/one/{session}", "good", Fragment, "\"wrong\"", Candidates, 412)]
    [InlineData("PATCH", "/{kind}/one/{session}", "good", Fragment, "{tag}", Restart, 412)]
    [InlineData("PATCH", "/{kind}/one/{session}", "good", Sdp, "{tag}", Candidates, 415)]
    [InlineData("PATCH", "/{kind}/one/{session}", "good", Fragment, "{tag}", "long", 413)]
    [InlineData("PATCH", "/{kind}/one/{session}", "good", Fragment, "{tag}", Candidates, 204)]
    [InlineData("PATCH", "/{kind}/one/{session}", "good", Fragment, "*", Restart, 200)]
    [InlineData("PATCH", "/{kind}/one/{session}", "good", Fragment, "\"*\"", Restart, 200)]
    [InlineData("DELETE", "/{kind}/one/{session}", null, null, null, null, 401)]
    [InlineData("DELETE", "/{kind}/one/{session}", "weak", null, null, null, 403)]
    [InlineData("DELETE", "/{kind}/one/nobody", "good", null, null, null, 404)]
    [InlineData("DELETE", "/{kind}/two/{session}", "good", null, null, null, 404)]
    [InlineData("DELETE", "/{kind}/one/{other}", "good", null, null, null, 404)]
    [InlineData("DELETE", "/{kind}/one/{session}", "good", null, null, null, 200)]
    public async Task request_is_answered_with(string method, string path, string? token, string? type, string? match, string? body, int status)
    {
        foreach (string kind in new[] { "whep", "whip" })
        {
            (string session, string tag) = await CreateAsync(kind);
            (string other, _) = await CreateAsync(kind == "whep" ? "whip" : "whep");
            string target = path.Replace("{kind}", kind, StringComparison.Ordinal)
                .Replace("{session}", session, StringComparison.Ordinal).Replace("{other}", other, StringComparison.Ordinal);
            using HttpResponseMessage response = await SendAsync(method, target, token, type, match?.Replace("{tag}", tag, StringComparison.Ordinal), body, kind);
            Assert.True((int)response.StatusCode == status, $"{method} {target}: {(int)response.StatusCode} {await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)}");
            if (status != 405)
            {
                Assert.Equal("*", response.Headers.GetValues("Access-Control-Allow-Origin").Single());
            }

            switch (status)
            {
                case 200 when method == "PATCH":
                    Assert.NotEqual(tag, response.Headers.ETag!.ToString());
                    Assert.Equal(Fragment, response.Content.Headers.ContentType!.MediaType);
                    break;
                case 401:
                    Assert.Equal("Bearer", response.Headers.WwwAuthenticate.Single().Scheme);
                    break;
                case 409:
                    Assert.Equal(TimeSpan.FromSeconds(7), response.Headers.RetryAfter!.Delta);
                    break;
                case 204 when method == "OPTIONS":
                    Assert.Equal("POST, GET, PATCH, DELETE, OPTIONS", response.Headers.GetValues("Access-Control-Allow-Methods").Single());
                    Assert.Equal("Authorization, Content-Type, If-Match", response.Headers.GetValues("Access-Control-Allow-Headers").Single());
                    Assert.Equal(Sdp, response.Headers.GetValues("Accept-Post").Single());
                    break;
            }

            // What was refused has changed nothing: both sessions are there, unless this one was hung up.
            Assert.Equal(method == "DELETE" && status == 200 ? 1 : 2, _server.Count);
            foreach (WebRtcConnection connection in _server.Connections)
            {
                connection.Close();
            }
        }
    }

    [Fact]
    public async Task created_session_is_told_where_it_is_and_which_servers_it_may_use()
    {
        using HttpResponseMessage response = await SendAsync("POST", "/whep/one", "good", Sdp, null, "offer", "whep");
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        Assert.Equal(Sdp, response.Content.Headers.ContentType!.MediaType);
        Assert.StartsWith("/whep/one/", response.Headers.Location!.ToString(), StringComparison.Ordinal);
        Assert.NotNull(response.Headers.ETag);
        Assert.Equal("<stun:127.0.0.1>; rel=\"ice-server\"", response.Headers.GetValues("Link").Single());
        Assert.Equal(Fragment, response.Headers.GetValues("Accept-Patch").Single());
        Assert.Equal("Location, ETag, Link, Retry-After, Accept-Patch", response.Headers.GetValues("Access-Control-Expose-Headers").Single());
    }

    [Fact]
    public async Task full_server_says_when_to_come_again()
    {
        for (int i = 0; i < 4; i++)
        {
            await CreateAsync("whep");
        }

        foreach (string kind in new[] { "whep", "whip" })
        {
            using HttpResponseMessage response = await SendAsync("POST", $"/{kind}/one", "good", Sdp, null, "offer", kind);
            Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
            Assert.Equal(TimeSpan.FromSeconds(7), response.Headers.RetryAfter!.Delta);
        }
    }

    [Fact]
    public async Task stream_has_one_publisher_at_a_time()
    {
        (string first, _) = await CreateAsync("whip");
        using (HttpResponseMessage second = await SendAsync("POST", "/whip/one", "good", Sdp, null, "offer", "whip"))
        {
            Assert.Equal(HttpStatusCode.Conflict, second.StatusCode);
            Assert.Equal(TimeSpan.FromSeconds(7), second.Headers.RetryAfter!.Delta);
        }

        Assert.Equal(first, _source.Publisher!.Id);
        Assert.Equal(1, _server.Count);
        using (HttpResponseMessage gone = await SendAsync("DELETE", "/whip/one/" + first, "good", null, null, null, "whip"))
        {
            Assert.Equal(HttpStatusCode.OK, gone.StatusCode);
        }

        Assert.Null(_source.Publisher);
        (string next, _) = await CreateAsync("whip");
        Assert.True(_server.TryGet(next, out WebRtcConnection? connection));
        using (HttpResponseMessage replacing = await SendAsync("POST", "/replace/one", "good", Sdp, null, "offer", "whip"))
        {
            Assert.Equal(HttpStatusCode.Created, replacing.StatusCode);
            Assert.EndsWith(_source.Publisher!.Id, replacing.Headers.Location!.ToString(), StringComparison.Ordinal);
        }

        Assert.Equal(SessionState.Closed, connection!.State);
        Assert.Equal(1, _server.Count);
    }

    private async Task<(string Session, string Tag)> CreateAsync(string kind)
    {
        using HttpResponseMessage response = await SendAsync("POST", $"/{kind}/one", "good", Sdp, null, "offer", kind);
        Assert.True(response.StatusCode == HttpStatusCode.Created, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        return (response.Headers.Location!.ToString().Split('/')[^1], response.Headers.ETag!.ToString());
    }

    private async Task<HttpResponseMessage> SendAsync(string method, string path, string? token, string? type, string? match, string? body, string kind)
    {
        using HttpRequestMessage request = new(new HttpMethod(method), path);
        request.Headers.Add("Origin", "https://example.org");
        if (token is not null)
        {
            request.Headers.Add("Authorization", "Bearer " + token);
        }

        if (match is not null)
        {
            request.Headers.TryAddWithoutValidation("If-Match", match);
        }

        if (body is not null)
        {
            string text = body switch
            {
                "offer" => OfferTests.ReadText("gstreamer-" + kind),
                "long" or "long, in chunks" => new string('a', SessionDescription.LengthMax + 1),
                _ => body,
            };
            request.Content = new StringContent(text, Encoding.UTF8, type!);
            request.Headers.TransferEncodingChunked = body == "long, in chunks";
        }

        return await _http.SendAsync(request, TestContext.Current.CancellationToken);
    }
}
