using System.Buffers;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Nsn.WebRtc.Ice;
using Nsn.WebRtc.Sdp;
using Nsn.WebRtc.Sessions;
using Nsn.WebRtc.Transport;

namespace Nsn.WebRtc.Hosting;

/// <summary>What WHEP and WHIP share: reading descriptions, cross-origin headers, and the resource of a session.</summary>
internal static class SdpHttp
{
    public const string SdpType = "application/sdp";
    public const string FragmentType = "application/trickle-ice-sdpfrag";

    /// <summary>The headers without which a page of another origin can neither call nor read the answer.</summary>
    public static void AddCors(HttpContext context)
    {
        IHeaderDictionary headers = context.Response.Headers;
        headers["Access-Control-Allow-Origin"] = "*";
        headers["Access-Control-Expose-Headers"] = "Location, ETag, Link, Retry-After, Accept-Patch";
    }

    /// <summary>OPTIONS: what may be sent here. A page's question before its request carries no token.</summary>
    public static IResult Options(HttpContext context)
    {
        AddCors(context);
        IHeaderDictionary headers = context.Response.Headers;
        headers["Access-Control-Allow-Methods"] = "POST, GET, PATCH, DELETE, OPTIONS";
        headers["Access-Control-Allow-Headers"] = "Authorization, Content-Type, If-Match";
        headers["Access-Control-Max-Age"] = "86400";
        headers["Accept-Post"] = SdpType;
        return Results.NoContent();
    }

    /// <summary>GET on an endpoint or a session: it is there and has no representation (RFC 9725 section 4.1).</summary>
    public static IResult Nothing() => Results.NoContent();

    /// <summary>Reads a body of the expected type, at most 64 KiB; null with a problem if it is not that.</summary>
    public static async Task<(string? Text, IResult? Problem)> ReadAsync(HttpContext context, string type)
    {
        string? contentType = context.Request.ContentType?.Split(';')[0].Trim();
        if (!string.Equals(contentType, type, StringComparison.OrdinalIgnoreCase))
        {
            return (null, Problem(415, $"Send the body as {type}."));
        }

        if (context.Request.ContentLength > SessionDescription.LengthMax)
        {
            return (null, Problem(413, $"The description is longer than {SessionDescription.LengthMax} bytes."));
        }

        byte[] buffer = ArrayPool<byte>.Shared.Rent(SessionDescription.LengthMax + 1);
        try
        {
            int length = await context.Request.Body.ReadAtLeastAsync(
                buffer.AsMemory(0, SessionDescription.LengthMax + 1), SessionDescription.LengthMax + 1, throwOnEndOfStream: false, context.RequestAborted);
            return length > SessionDescription.LengthMax
                ? (null, Problem(413, $"The description is longer than {SessionDescription.LengthMax} bytes."))
                : (Encoding.UTF8.GetString(buffer, 0, length), null);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>An error as problem details (RFC 9457).</summary>
    public static IResult Problem(int status, string detail) => Results.Problem(new ProblemDetails { Status = status, Detail = detail });

    /// <summary>An error that goes away by itself.</summary>
    public static IResult RetryLater(HttpContext context, int status, int seconds, string detail)
    {
        context.Response.Headers.RetryAfter = seconds.ToString(System.Globalization.CultureInfo.InvariantCulture);
        return Problem(status, detail);
    }

    /// <summary>201 with the answer and the session's resource.</summary>
    public static IResult Created(HttpContext context, WebRtcConnection connection, string answer)
    {
        string path = context.Request.PathBase + context.Request.Path;
        context.Response.Headers.Location = path.TrimEnd('/') + "/" + connection.Id;
        context.Response.Headers.ETag = Tag(connection);
        context.Response.Headers["Accept-Patch"] = FragmentType;
        context.Response.StatusCode = StatusCodes.Status201Created;
        return Results.Text(answer, SdpType, Encoding.UTF8, StatusCodes.Status201Created);
    }

    /// <summary>Tells the client which STUN and TURN servers it may use.</summary>
    public static void AddLinks(HttpContext context, IEnumerable<string> links, Func<HttpContext, IEnumerable<string>>? create)
    {
        foreach (string link in create is null ? links : links.Concat(create(context)))
        {
            context.Response.Headers.Append("Link", link);
        }
    }

    /// <summary>DELETE: hangs up.</summary>
    public static IResult Delete(WebRtcConnection connection)
    {
        connection.Close();
        return Results.Ok();
    }

    /// <summary>PATCH: trickled candidates (204) or an ICE restart (200 with a fragment).</summary>
    public static async Task<IResult> PatchAsync(HttpContext context, WebRtcServer server, WebRtcConnection connection)
    {
        string ifMatch = context.Request.Headers.IfMatch.ToString();
        if (ifMatch.Length == 0)
        {
            return Problem(428, "Say the session's ETag, or \"*\" for an ICE restart, in If-Match.");
        }

        bool any = ifMatch is "*" or "\"*\"";
        if (!any && ifMatch != Tag(connection))
        {
            return Problem(412, "The ETag is not the session's present one; get a new one by an ICE restart.");
        }

        (string? text, IResult? problem) = await ReadAsync(context, FragmentType);
        if (problem is not null)
        {
            return problem;
        }

        if (!IceFragment.TryParse(text!, out IceFragment? fragment, out string? reason))
        {
            return Problem(400, $"The fragment cannot be read: {reason}.");
        }

        if (fragment!.Credentials is { } remote && !connection.Use((session, _) => session.IsRemote(remote)))
        {
            if (!any)
            {
                return Problem(412, "An ICE restart needs If-Match: \"*\".");
            }

            IceCredentials local = connection.RestartIce(remote);
            context.Response.Headers.ETag = Tag(connection);
            string media = connection.Use((session, _) => session.TransportMediaLines);
            return Results.Text(IceFragment.Write(local, server.Candidates, media), FragmentType, Encoding.UTF8);
        }

        connection.Use((session, _) =>
        {
            foreach (IceCandidate candidate in fragment.Candidates)
            {
                session.AddRemoteCandidate(candidate);
            }

            return true;
        });
        return Results.NoContent();
    }

    private static string Tag(WebRtcConnection connection) => "\"" + connection.Use((session, _) => session.LocalUsernameFragment).Replace('/', '-') + "\"";
}
