using System.Data.Common;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http.HttpResults;
using Nsn.Content;
using Nsn.Gateway.Sessions;

namespace Nsn.Gateway.Endpoints;

/// <summary>Problem details (RFC 9457) that say what to do.</summary>
internal static class Problems
{
    /// <summary>The longest body that is read, whatever the address.</summary>
    public const int BodyBytesMax = 96 * 1024;

    /// <summary>
    /// Whether a grain's failure says that silos or what is behind them are away for a while, not that the question was wrong: the exceptions of
    /// a grain's database and sockets come through to its callers.
    /// </summary>
    public static bool IsOutage(Exception failure) =>
        failure is TimeoutException or OrleansException or DbException or SocketException or IOException or ContentStoreException
            or OperationCanceledException or ObjectDisposedException // a grain whose silo lost its lease, a connection that is being replaced
        || (failure.InnerException is { } inner && IsOutage(inner));

    /// <summary>The status of a request that failed with an exception.</summary>
    public static int StatusOf(Exception failure) => failure switch
    {
        BadHttpRequestException bad => bad.StatusCode,
        _ when IsOutage(failure) => StatusCodes.Status503ServiceUnavailable,
        _ => StatusCodes.Status500InternalServerError,
    };

    /// <summary>Lets a refusal of a range become a problem as others do: the framework says that there is no body.</summary>
    public static async Task LeaveRoomAsync(HttpContext context, RequestDelegate next)
    {
        await next(context);
        var response = context.Response;
        if (response.StatusCode == StatusCodes.Status416RangeNotSatisfiable && !response.HasStarted)
            (response.ContentLength, response.ContentType) = (null, null);
    }

    /// <summary>Gives a problem that the framework has found, and knows only a status of, a sentence that says what to do.</summary>
    public static void SayWhatToDo(ProblemDetailsContext context)
    {
        var problem = context.ProblemDetails;
        var headers = context.HttpContext.Response.Headers;
        if (problem.Status == StatusCodes.Status503ServiceUnavailable && headers.RetryAfter.Count == 0)
            headers.RetryAfter = "2";
        problem.Detail ??= problem.Status switch
        {
            StatusCodes.Status400BadRequest => "The path, the query or the body cannot be read. What this address takes is in /openapi/v1.json.",
            StatusCodes.Status404NotFound => "There is nothing at this address. /openapi/v1.json lists what there is.",
            StatusCodes.Status405MethodNotAllowed => $"This address takes {headers.Allow}.",
            StatusCodes.Status408RequestTimeout => "The request came too slowly. Send it again.",
            StatusCodes.Status413PayloadTooLarge => $"A body has at most {BodyBytesMax} bytes.",
            StatusCodes.Status415UnsupportedMediaType => "This address takes another Content-Type; /openapi/v1.json says which.",
            StatusCodes.Status416RangeNotSatisfiable => $"There are no such bytes: Content-Range says how many there are ({headers.ContentRange}).",
            StatusCodes.Status500InternalServerError => "That was not foreseen, and is in the gateway's log under the traceId.",
            StatusCodes.Status503ServiceUnavailable => "The silos, or what is behind them, do not answer. Try again in a moment.",
            _ => null,
        };
    }

    public static ProblemHttpResult NotFound(string detail) =>
        TypedResults.Problem(detail, statusCode: StatusCodes.Status404NotFound, title: "There is no such thing here");

    public static ProblemHttpResult Unavailable(HttpContext context, string detail, int retryAfterSeconds = 2)
    {
        context.Response.Headers.RetryAfter = retryAfterSeconds.ToString(System.Globalization.CultureInfo.InvariantCulture);
        return TypedResults.Problem(detail, statusCode: StatusCodes.Status503ServiceUnavailable, title: "Not ready");
    }

    public static ProblemHttpResult TooMany(HttpContext context, string detail, int retryAfterSeconds)
    {
        context.Response.Headers.RetryAfter = retryAfterSeconds.ToString(System.Globalization.CultureInfo.InvariantCulture);
        return TypedResults.Problem(detail, statusCode: StatusCodes.Status429TooManyRequests, title: "Too many requests");
    }

    /// <summary>An address has all the viewers that it may have.</summary>
    public static ProblemHttpResult TooManyViewers(HttpContext context) => TooMany(
        context, "This address watches as often as it may. Close a viewer, or try again when one has gone.", AddressShares.RetryAfterSeconds);

    /// <summary>An address has all the event streams and sockets that it may have.</summary>
    public static ProblemHttpResult TooManySockets(HttpContext context) => TooMany(
        context, "This address has as many streams of events and signalling sockets open as it may. Close one, or try again in a moment.", AddressShares.RetryAfterSeconds);

    public static ProblemHttpResult Conflict(string detail) =>
        TypedResults.Problem(detail, statusCode: StatusCodes.Status409Conflict, title: "Conflict");

    public static ProblemHttpResult WrongType(string detail) =>
        TypedResults.Problem(detail, statusCode: StatusCodes.Status415UnsupportedMediaType, title: "Wrong content type");

    public static ProblemHttpResult TooLong(string detail) =>
        TypedResults.Problem(detail, statusCode: StatusCodes.Status413PayloadTooLarge, title: "Too long");

    public static ProblemHttpResult BadRequest(string detail) =>
        TypedResults.Problem(detail, statusCode: StatusCodes.Status400BadRequest, title: "The request cannot be understood");
}
