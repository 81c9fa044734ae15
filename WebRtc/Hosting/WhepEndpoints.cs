using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Nsn.WebRtc.Transport;

namespace Nsn.WebRtc.Hosting;

/// <summary>WHEP (draft-ietf-wish-whep): a viewer posts an offer and gets an answer.</summary>
public static class WhepEndpoints
{
    /// <summary>Maps POST, GET and OPTIONS on the pattern, and PATCH, DELETE, GET and OPTIONS on the sessions below it.</summary>
    /// <param name="endpoints">The application.</param>
    /// <param name="pattern">For example `/whep/{channel}`.</param>
    /// <param name="server">Who serves the sessions.</param>
    /// <param name="options">How streams are found and who may watch.</param>
    public static IEndpointConventionBuilder MapWhep(
        this IEndpointRouteBuilder endpoints, string pattern, WebRtcServer server, WhepOptions options)
    {
        SdpResources sessions = new(server, context => options.Authorize?.Invoke(context) ?? ValueTask.FromResult<int?>(null), "This stream needs a valid bearer token.");
        return sessions.Map(endpoints, pattern, context => PostAsync(context, server, options, sessions));
    }

    private static async Task<IResult> PostAsync(HttpContext context, WebRtcServer server, WhepOptions options, SdpResources sessions)
    {
        (string? offer, IResult? problem) = await SdpHttp.ReadAsync(context, SdpHttp.SdpType);
        if (problem is not null)
        {
            return problem;
        }

        if (options.FindSource(context) is not { } source)
        {
            return SdpHttp.RetryLater(context, StatusCodes.Status409Conflict, options.RetryAfterSeconds, "The stream is not live now.");
        }

        if (server.IsFull)
        {
            return SdpHttp.RetryLater(context, StatusCodes.Status503ServiceUnavailable, options.RetryAfterSeconds, "The gateway is full; try another one.");
        }

        if (!server.TryAccept(
            offer!, session => session with { VideoCodecs = [source.VideoCodec], SendMedia = true }, out WebRtcConnection? connection, out string answer, out string? reason))
        {
            return SdpHttp.Problem(StatusCodes.Status400BadRequest, $"The offer cannot be answered: {reason}.");
        }

        sessions.Add(context, connection!);
        options.OnAccepted?.Invoke(context, connection!);
        source.Add(connection!);
        SdpHttp.AddLinks(context, options.IceServerLinks, options.CreateIceServerLinks);
        return SdpHttp.Created(context, connection!, answer);
    }
}
