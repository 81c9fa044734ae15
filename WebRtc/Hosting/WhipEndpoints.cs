using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Nsn.WebRtc.Sessions;
using Nsn.WebRtc.Transport;

namespace Nsn.WebRtc.Hosting;

/// <summary>WHIP (RFC 9725): a publisher posts an offer; what it sends goes to a <see cref="MediaSource"/> and so to all viewers.</summary>
public static class WhipEndpoints
{
    /// <summary>Maps POST, GET and OPTIONS on the pattern, and PATCH, DELETE, GET and OPTIONS on the sessions below it.</summary>
    /// <param name="endpoints">The application.</param>
    /// <param name="pattern">For example `/whip/{channel}`.</param>
    /// <param name="server">Who serves the sessions.</param>
    /// <param name="options">Where streams go and who may publish.</param>
    public static IEndpointConventionBuilder MapWhip(
        this IEndpointRouteBuilder endpoints, string pattern, WebRtcServer server, WhipOptions options)
    {
        RouteGroupBuilder group = endpoints.MapGroup(pattern);
        group.MapPost(string.Empty, (Delegate)((HttpContext context) => PostAsync(context, server, options)));
        group.MapMethods(string.Empty, ["OPTIONS"], SdpHttp.Options);
        group.MapGet(string.Empty, SdpHttp.Nothing);
        group.MapMethods("{session}", ["OPTIONS"], (HttpContext context, string session) => SdpHttp.Options(context));
        group.MapMethods("{session}", ["PATCH"], (HttpContext context, string session) => SdpHttp.PatchAsync(context, server, session));
        group.MapDelete("{session}", (HttpContext context, string session) => SdpHttp.Delete(context, server, session));
        group.MapGet("{session}", (HttpContext context, string session) => SdpHttp.Get(context, server, session));
        return group;
    }

    private static async Task<IResult> PostAsync(HttpContext context, WebRtcServer server, WhipOptions options)
    {
        SdpHttp.AddCors(context);
        if (options.Authorize is not null && await options.Authorize(context) is { } refused)
        {
            return SdpHttp.Problem(refused, "Publishing needs a valid bearer token.");
        }

        (string? offer, IResult? problem) = await SdpHttp.ReadAsync(context, SdpHttp.SdpType);
        if (problem is not null)
        {
            return problem;
        }

        if (options.FindSource(context) is not { } source)
        {
            return SdpHttp.RetryLater(context, StatusCodes.Status409Conflict, options.RetryAfterSeconds, "Nothing can be published here now.");
        }

        if (server.IsFull)
        {
            return SdpHttp.RetryLater(context, StatusCodes.Status503ServiceUnavailable, options.RetryAfterSeconds, "The gateway is full; try another one.");
        }

        if (!server.TryAccept(
            offer!,
            session => session with { VideoCodecs = [source.VideoCodec], SendMedia = false, ReceiveMedia = true },
            out WebRtcConnection? connection,
            out string answer,
            out string? reason))
        {
            return SdpHttp.Problem(StatusCodes.Status400BadRequest, $"The offer cannot be answered: {reason}.");
        }

        Forward(connection!, source);
        options.OnAccepted?.Invoke(context, connection!);
        SdpHttp.AddLinks(context, options.IceServerLinks, options.CreateIceServerLinks);
        return SdpHttp.Created(context, connection!, answer);
    }

    private static void Forward(WebRtcConnection publisher, MediaSource source)
    {
        void AskForKeyFrame(MediaSource _) => publisher.Use((session, now) =>
        {
            session.RequestKeyFrame(now);
            return true;
        });

        source.KeyFrameRequested += AskForKeyFrame;
        publisher.Event += (_, sessionEvent) =>
        {
            switch (sessionEvent)
            {
                case FrameReceived received:
                    source.Send(received.Frame);
                    break;
                case SessionClosed:
                    source.KeyFrameRequested -= AskForKeyFrame;
                    break;
            }
        };
    }
}
