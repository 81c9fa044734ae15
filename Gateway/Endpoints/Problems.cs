using System.Data.Common;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http.HttpResults;
using Nsn.Content;
using Nsn.Gateway.Sessions;

namespace Nsn.Gateway.Endpoints;

/// <summary>Problem details (RFC 9457) that say what to do.</summary>
internal static class Problems
{
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

    public static ProblemHttpResult BadRequest(string detail) =>
        TypedResults.Problem(detail, statusCode: StatusCodes.Status400BadRequest, title: "The request cannot be understood");
}
