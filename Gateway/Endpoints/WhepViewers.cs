using Microsoft.AspNetCore.Mvc;
using Nsn.Gateway.Sessions;
using Nsn.WebRtc.Transport;

namespace Nsn.Gateway.Endpoints;

/// <summary>Counts those who watch by WHEP, for the figure of viewers and for the limit of their address.</summary>
internal sealed class WhepViewers(AddressShares shares, GatewayMetrics metrics) : IEndpointFilter
{
    private const string Transport = "whep";

    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        if (!HttpMethods.IsPost(http.Request.Method))
            return await next(context);
        if (shares.TryTakeViewer(http) is not { } share)
        {
            // As all answers of WHEP: pages of other origins may read why.
            http.Response.Headers.AccessControlAllowOrigin = "*";
            http.Response.Headers.AccessControlExposeHeaders = "Retry-After";
            return Problems.TooManyViewers(http);
        }

        http.Items[typeof(WhepViewers)] = share;
        try
        {
            return await next(context);
        }
        finally
        {
            // Still here: nobody was admitted.
            if (http.Items.Remove(typeof(WhepViewers)))
                share.Dispose();
        }
    }

    /// <summary>A viewer was admitted; it is one once it is connected, and its place is taken until it is gone.</summary>
    public void Accepted(HttpContext http, WebRtcConnection connection)
    {
        if (http.Items.Remove(typeof(WhepViewers), out var share))
            _ = FollowAsync(connection, (IDisposable)share!);
    }

    /// <summary>What the routes of WHEP answer, for the description of the interface.</summary>
    public static void Describe(EndpointBuilder endpoint)
    {
        var methods = endpoint.Metadata.OfType<IHttpMethodMetadata>().SelectMany(metadata => metadata.HttpMethods).ToArray();
        var isSession = endpoint is RouteEndpointBuilder { RoutePattern.RawText: { } route } && route.Contains("{session}", StringComparison.Ordinal);
        void Answers(int status, string? mime = null) =>
            endpoint.Metadata.Add(mime is null ? new ProducesResponseTypeMetadata(status, typeof(void)) : new ProducesResponseTypeMetadata(status, typeof(string), [mime]));
        void Problem(int status) => endpoint.Metadata.Add(new ProducesResponseTypeMetadata(status, typeof(ProblemDetails), ["application/problem+json"]));
        if (methods.Contains("POST"))
        {
            Answers(StatusCodes.Status201Created, "application/sdp");
            foreach (var status in (int[])[400, 409, 413, 415, 429, 503])
                Problem(status);
        }
        else if (methods.Contains("DELETE"))
        {
            Answers(StatusCodes.Status200OK);
        }
        else
        {
            Answers(StatusCodes.Status204NoContent);
        }

        if (methods.Contains("PATCH"))
        {
            Answers(StatusCodes.Status200OK, "application/trickle-ice-sdpfrag");
            foreach (var status in (int[])[400, 412, 413, 415, 428])
                Problem(status);
        }

        if (isSession && !methods.Contains("OPTIONS"))
            Answers(StatusCodes.Status404NotFound);
    }

    private async Task FollowAsync(WebRtcConnection connection, IDisposable share)
    {
        using (share)
        {
            await connection.Connected.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!connection.Connected.IsCompletedSuccessfully)
                return;
            var since = metrics.Joined(Transport);
            await connection.Closed;
            metrics.Left(Transport, since);
        }
    }
}
