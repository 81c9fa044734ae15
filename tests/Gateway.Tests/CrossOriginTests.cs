using System.Net;
using Microsoft.Extensions.Options;
using Nsn.Gateway.Tests.Fakes;
using Nsn.Grains.Channels;
using Nsn.Grains.Ledger;

namespace Nsn.Gateway.Tests;

/// <summary>What pages of other origins may do: read and play, but not send prompts.</summary>
public sealed class CrossOriginTests
{
    private const string Elsewhere = "https://elsewhere.example";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("/p2p/info")]
    [InlineData("/api/channels")]
    [InlineData("/api/slots?limit=0")]
    [InlineData("/api/slots/-1")]
    [InlineData("/api/recordings?limit=0")]
    [InlineData("/api/channels/main/stream?from=1")]
    [InlineData("/api/recipes/none")]
    [InlineData("/api/epochs/1")]
    public async Task Any_page_may_read(string path)
    {
        // An answer that failed is to be read, too.
        var grains = new FakeGrains()
            .On(nameof(ILedgerGrain.GetEpochAsync), _ => throw new TimeoutException("the silo restarts"))
            .On(nameof(IChannelGrain.GetRecipeAsync), _ => Task.FromResult<RecipeTicket?>(null));
        await using var gateway = await TestGateway.StartAsync(grains);
        using var request = Request(HttpMethod.Get, path);
        using var response = await gateway.Http.SendAsync(request, Cancellation);
        Assert.Equal("*", Header(response, "Access-Control-Allow-Origin"));
        Assert.Contains("Retry-After", Header(response, "Access-Control-Expose-Headers"), StringComparison.Ordinal);
        Assert.Equal(path.StartsWith("/api", StringComparison.Ordinal) ? "cross-origin" : "same-origin", Header(response, "Cross-Origin-Resource-Policy"));
        Assert.False(response.Headers.Contains("Access-Control-Allow-Credentials"));
    }

    [Theory]
    [InlineData("/api/channels/main/offer", "POST", "content-type", true)]
    [InlineData("/api/sessions/one", "DELETE", "", true)]
    [InlineData("/api/slots/1/recording", "GET", "range,if-none-match", true)]
    [InlineData("/api/channels/main/events", "GET", "last-event-id", true)]
    [InlineData("/whep/main", "POST", "content-type", true)]
    [InlineData("/api/recipes", "POST", "content-type,idempotency-key", false)]
    [InlineData("/api/recipes/signed", "POST", "content-type", false)]
    [InlineData("/rpc", "POST", "content-type", false)]
    public async Task A_page_of_another_origin_may_play_but_sends_no_prompts_in_its_visitors_names(string path, string method, string headers, bool isAllowed)
    {
        await using var gateway = await TestGateway.StartAsync(new FakeGrains());
        using var request = Request(HttpMethod.Options, path);
        request.Headers.Add("Access-Control-Request-Method", method);
        if (headers.Length > 0)
            request.Headers.Add("Access-Control-Request-Headers", headers);
        using var response = await gateway.Http.SendAsync(request, Cancellation);
        // A browser goes on only where origin, method and every header are allowed; GET needs no word of its method, and POST neither.
        var methods = Header(response, "Access-Control-Allow-Methods").Split(',', StringSplitOptions.TrimEntries);
        var allowed = Header(response, "Access-Control-Allow-Headers").ToLowerInvariant();
        var mayGoOn = response.IsSuccessStatusCode && Header(response, "Access-Control-Allow-Origin") == "*"
            && (methods.Contains(method) || method is "GET" or "POST")
            && headers.Split(',', StringSplitOptions.RemoveEmptyEntries).All(header => allowed.Contains(header, StringComparison.Ordinal));
        Assert.Equal(isAllowed, mayGoOn);
        if (isAllowed && !path.StartsWith("/whep", StringComparison.Ordinal))
            Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
    }

    [Fact]
    public async Task Pages_may_ask_the_witnesses_that_the_operator_names()
    {
        await using var gateway = await TestGateway.StartAsync(new FakeGrains(), "Gateway:Witnesses:0=https://one.example", "Gateway:Witnesses:1=http://two.example:8080");
        using var response = await gateway.Http.GetAsync(new Uri("/p2p/info", UriKind.Relative), Cancellation);
        Assert.Contains("connect-src 'self' https://one.example http://two.example:8080;", Header(response, "Content-Security-Policy"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("two.example")]
    [InlineData("https://one.example/path")]
    [InlineData("https://one.example; script-src *")]
    [InlineData("https://someone@one.example")]
    [InlineData("ws://one.example")]
    [InlineData("*")]
    public async Task A_witness_is_an_origin_and_nothing_else(string witness)
    {
        var failure = await Assert.ThrowsAsync<OptionsValidationException>(() => TestGateway.StartAsync(new FakeGrains(), $"Gateway:Witnesses:0={witness}"));
        Assert.Contains($"'{witness}' in Witnesses is no origin", failure.Message, StringComparison.Ordinal);
    }

    private static HttpRequestMessage Request(HttpMethod method, string path)
    {
        var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative));
        request.Headers.Add("Origin", Elsewhere);
        return request;
    }

    private static string Header(HttpResponseMessage response, string name) => response.Headers.TryGetValues(name, out var values) ? string.Join(", ", values) : "";
}
