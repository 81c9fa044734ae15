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
        SdpResources sessions = new(server, context => options.Authorize?.Invoke(context) ?? ValueTask.FromResult<int?>(null), "Publishing needs a valid bearer token.");
        return sessions.Map(endpoints, pattern, context => PostAsync(context, server, options, sessions));
    }

    private static async Task<IResult> PostAsync(HttpContext context, WebRtcServer server, WhipOptions options, SdpResources sessions)
    {
        (string? offer, IResult? problem) = await SdpHttp.ReadAsync(context, SdpHttp.SdpType);
        if (problem is not null)
        {
            return problem;
        }

        if (options.FindSource(context) is not { } source)
        {
            return SdpHttp.RetryLater(context, StatusCodes.Status409Conflict, options.RetryAfterSeconds, "Nothing can be published here now.");
        }

        if (source.Publisher is not null && !options.ReplacesPublisher)
        {
            return IsPublished(context, options);
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

        if (!source.TryPublish(connection!, options.ReplacesPublisher, out WebRtcConnection? replaced))
        {
            // Two came at once.
            connection!.Close();
            return IsPublished(context, options);
        }

        replaced?.Close();
        Forward(connection!, source);
        sessions.Add(context, connection!);
        options.OnAccepted?.Invoke(context, connection!);
        SdpHttp.AddLinks(context, options.IceServerLinks, options.CreateIceServerLinks);
        return SdpHttp.Created(context, connection!, answer);
    }

    private static IResult IsPublished(HttpContext context, WhipOptions options) =>
        SdpHttp.RetryLater(context, StatusCodes.Status409Conflict, options.RetryAfterSeconds, "Somebody else publishes here now.");

    /// <summary>Passes on what a publisher sends, as long as it is the source's one.</summary>
    internal static void Forward(WebRtcConnection publisher, MediaSource source)
    {
        void AskForKeyFrame(MediaSource _) => publisher.Use((session, now) =>
        {
            session.RequestKeyFrame(now);
            return true;
        });

        void End()
        {
            source.KeyFrameRequested -= AskForKeyFrame;
            source.EndPublish(publisher);
        }

        source.KeyFrameRequested += AskForKeyFrame;
        publisher.Event += (_, sessionEvent) =>
        {
            switch (sessionEvent)
            {
                case FrameReceived received when source.IsPublisher(publisher):
                    source.Send(received.Frame);
                    break;
                case SessionClosed:
                    End();
                    break;
            }
        };
        if (publisher.State == SessionState.Closed)
        {
            End();
        }
    }
}
