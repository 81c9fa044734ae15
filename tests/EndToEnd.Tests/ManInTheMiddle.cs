using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Nsn.WebRtc.Transport;

namespace Nsn.EndToEnd.Tests;

/// <summary>
/// Sits between browsers and a gateway, serves everything under its own address, and forges frames, whichever way they travel: the HTTP stream, single
/// chunks and certificates, or a WebRTC connection that it ends itself and opens anew to the gateway.
/// </summary>
internal sealed class ManInTheMiddle : IAsyncDisposable
{
    private readonly WebApplication _web;
    private readonly HttpClient _gateway;
    private readonly WebRtcServer _webRtc = new(new WebRtcServerOptions { BindAddress = IPAddress.Loopback });
    private readonly ConcurrentBag<FrameRelay> _relays = [];
    private readonly bool _overWebRtc;

    private ManInTheMiddle(Uri gateway, Forgery forgery, bool overWebRtc)
    {
        Forgery = forgery;
        _overWebRtc = overWebRtc;
        _gateway = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = gateway, Timeout = Timeout.InfiniteTimeSpan };
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        _web = builder.Build();
        _web.MapGet("/p2p/info", DiscoverAsync);
        _web.MapGet("/api/channels/{name}/stream", StreamAsync);
        _web.MapPost("/api/channels/{name}/offer", OfferAsync);
        _web.MapDelete("/api/sessions/{id}", () => Results.NoContent());
        _web.MapFallback("{**path}", PassAsync);
    }

    /// <summary>What is done to frames from now on.</summary>
    public Forgery Forgery { get; set; }

    public Uri Address => new(_web.Urls.First());

    public static async Task<ManInTheMiddle> StartAsync(Uri gateway, Forgery forgery, bool overWebRtc)
    {
        var man = new ManInTheMiddle(gateway, forgery, overWebRtc);
        await man._web.StartAsync();
        return man;
    }

    public async ValueTask DisposeAsync()
    {
        await _web.DisposeAsync();
        foreach (var relay in _relays)
            await relay.DisposeAsync();
        _webRtc.Dispose();
        _gateway.Dispose();
    }

    private async Task DiscoverAsync(HttpContext context)
    {
        using var answer = await _gateway.GetAsync("/p2p/info", context.RequestAborted);
        var text = await answer.Content.ReadAsStringAsync(context.RequestAborted);
        if (answer.IsSuccessStatusCode && JsonNode.Parse(text) is JsonObject info)
        {
            info["webrtc"]!["enabled"] = _overWebRtc;
            text = info.ToJsonString();
        }

        context.Response.StatusCode = (int)answer.StatusCode;
        context.Response.ContentType = answer.Content.Headers.ContentType?.ToString();
        await context.Response.WriteAsync(text, context.RequestAborted);
    }

    private async Task StreamAsync(HttpContext context)
    {
        using var answer = await _gateway.GetAsync($"{context.Request.Path}{context.Request.QueryString}", HttpCompletionOption.ResponseHeadersRead, context.RequestAborted);
        context.Response.StatusCode = (int)answer.StatusCode;
        context.Response.ContentType = answer.Content.Headers.ContentType?.ToString();
        await using var stream = await answer.Content.ReadAsStreamAsync(context.RequestAborted);
        var head = new byte[5];
        try
        {
            while (true)
            {
                await stream.ReadExactlyAsync(head, context.RequestAborted);
                var body = new byte[BinaryPrimitives.ReadUInt32LittleEndian(head) - 1];
                await stream.ReadExactlyAsync(body, context.RequestAborted);
                await context.Response.Body.WriteAsync(FrameRelay.Frame(head[4], Forgery(head[4], body)), context.RequestAborted);
                await context.Response.Body.FlushAsync(context.RequestAborted);
            }
        }
        catch (Exception ended) when (ended is IOException or OperationCanceledException)
        {
            // The stream has ended on one side; so it does on the other.
        }
    }

    private async Task<IResult> OfferAsync(HttpContext context, string name)
    {
        using var reader = new StreamReader(context.Request.Body);
        var offer = await reader.ReadToEndAsync(context.RequestAborted);
        if (!_webRtc.TryAccept(offer, session => session with { SendMedia = false, ReceiveMedia = false }, out var browser, out var answer, out var reason))
            return Results.BadRequest(reason);
        var relay = new FrameRelay(browser!, _gateway, new Uri(_gateway.BaseAddress!, $"/api/channels/{name}/offer"), (type, body) => Forgery(type, body));
        relay.Attach();
        _relays.Add(relay);
        context.Response.Headers.Location = $"/api/sessions/{browser!.Id}";
        return Results.Text(answer, "application/sdp", statusCode: StatusCodes.Status201Created);
    }

    private async Task PassAsync(HttpContext context)
    {
        using var request = new HttpRequestMessage(new HttpMethod(context.Request.Method), $"{context.Request.Path}{context.Request.QueryString}");
        if (!HttpMethods.IsGet(context.Request.Method))
        {
            request.Content = new StreamContent(context.Request.Body);
            if (context.Request.ContentType is { } type)
                request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
        }

        using var answer = await _gateway.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, context.RequestAborted);
        context.Response.StatusCode = (int)answer.StatusCode;
        context.Response.ContentType = answer.Content.Headers.ContentType?.ToString();
        if (answer.Headers.TryGetValues("Content-Security-Policy", out var policy))
            context.Response.Headers.ContentSecurityPolicy = policy.ToArray();
        var path = context.Request.Path.Value!;
        var frame = path.Contains("/chunks/", StringComparison.Ordinal) ? Forger.ChunkFrame : path.EndsWith("/certificate", StringComparison.Ordinal) ? Forger.CertificateFrame : (byte)0;
        if (answer.IsSuccessStatusCode && frame != 0)
            await context.Response.Body.WriteAsync(Forgery(frame, await answer.Content.ReadAsByteArrayAsync(context.RequestAborted)), context.RequestAborted);
        else
            await answer.Content.CopyToAsync(context.Response.Body, context.RequestAborted);
    }
}
