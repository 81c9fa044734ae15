using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Nsn.WebRtc.Sessions;
using Nsn.WebRtc.Transport;

namespace Nsn.WebRtc.Hosting;

/// <summary>
/// The sessions of one WHEP or WHIP endpoint, each under the path that it was posted to: nobody reaches a session by way of another endpoint or channel, and all that
/// concerns one is allowed or refused by the endpoint that made it.
/// </summary>
/// <param name="server">Who serves the sessions.</param>
/// <param name="authorize">Null admits a request, otherwise the status code to answer.</param>
/// <param name="refusal">What to tell who was refused.</param>
internal sealed class SdpResources(WebRtcServer server, Func<HttpContext, ValueTask<int?>> authorize, string refusal)
{
    private readonly ConcurrentDictionary<string, string> _paths = new(StringComparer.Ordinal);

    /// <summary>Maps POST, GET and OPTIONS on the pattern, and PATCH, DELETE, GET and OPTIONS on the sessions below it.</summary>
    /// <param name="endpoints">The application.</param>
    /// <param name="pattern">The endpoint's pattern.</param>
    /// <param name="post">Answers an offer of somebody who may.</param>
    public IEndpointConventionBuilder Map(IEndpointRouteBuilder endpoints, string pattern, Func<HttpContext, Task<IResult>> post)
    {
        RouteGroupBuilder group = endpoints.MapGroup(pattern);
        group.MapPost(string.Empty, (Delegate)((HttpContext context) => GuardAsync(context, () => post(context))));
        group.MapGet(string.Empty, (Delegate)((HttpContext context) => GuardAsync(context, () => Task.FromResult(SdpHttp.Nothing()))));
        group.MapMethods(string.Empty, ["OPTIONS"], SdpHttp.Options);
        group.MapMethods("{session}", ["OPTIONS"], (HttpContext context, string session) => SdpHttp.Options(context));
        MapSession("PATCH", (context, connection) => SdpHttp.PatchAsync(context, server, connection));
        MapSession("DELETE", (_, connection) => Task.FromResult(SdpHttp.Delete(connection)));
        MapSession("GET", (_, _) => Task.FromResult(SdpHttp.Nothing()));
        return group;

        void MapSession(string method, Func<HttpContext, WebRtcConnection, Task<IResult>> answer) => group.MapMethods(
            "{session}",
            [method],
            (HttpContext context, string session) => GuardAsync(
                context, () => TryGet(context, session, out WebRtcConnection? connection) ? answer(context, connection!) : Task.FromResult(Results.NotFound())));
    }

    /// <summary>A session was made by a POST.</summary>
    public void Add(HttpContext context, WebRtcConnection connection)
    {
        _paths[connection.Id] = EndpointPath(context);
        connection.Event += (closed, sessionEvent) =>
        {
            if (sessionEvent is SessionClosed)
            {
                _paths.TryRemove(closed.Id, out _);
            }
        };
        if (connection.State == SessionState.Closed)
        {
            _paths.TryRemove(connection.Id, out _);
        }
    }

    private bool TryGet(HttpContext context, string session, out WebRtcConnection? connection)
    {
        connection = null;
        string path = EndpointPath(context);
        return _paths.TryGetValue(session, out string? endpoint) && path.Equals(endpoint + "/" + session, StringComparison.OrdinalIgnoreCase) &&
            server.TryGet(session, out connection);
    }

    private async Task<IResult> GuardAsync(HttpContext context, Func<Task<IResult>> answer)
    {
        SdpHttp.AddCors(context);
        if (await authorize(context) is not { } refused)
        {
            return await answer();
        }

        if (refused == StatusCodes.Status401Unauthorized)
        {
            context.Response.Headers.WWWAuthenticate = "Bearer";
        }

        return SdpHttp.Problem(refused, refusal);
    }

    private static string EndpointPath(HttpContext context) => (context.Request.PathBase + context.Request.Path).Value!.TrimEnd('/');
}
