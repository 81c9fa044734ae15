using System.Globalization;
using Nsn.Gateway.Channels;
using Nsn.Gateway.Sessions;
using Nsn.Grains.Viewers;

namespace Nsn.Gateway.Endpoints;

/// <summary>The frame stream over HTTP, for viewers whose networks block UDP (docs/player-protocol.md section 4).</summary>
internal static class StreamEndpoints
{
    public static void MapStreams(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/api/channels/{name}/stream", Stream)
            .Produces<Stream>(StatusCodes.Status200OK, "application/vnd.nsn.frames")
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status429TooManyRequests)
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable)
            .WithSummary("The channel's frames, without end");

    [Endless]
    private static async Task<IResult> Stream(
        string name, string? from, string? session, ChannelTails tails, ViewerSessions sessions, AddressShares shares, IHostApplicationLifetime lifetime, HttpContext context)
    {
        if (tails.Find(name) is not { } tail)
            return Problems.NotFound($"There is no channel '{name}'. GET /api/channels lists them.");
        if (!TryParsePosition(from, out var position))
            return Problems.BadRequest("from is {slot}.{chunk}, for example 12.3.");
        using var share = shares.TryTakeViewer(context);
        if (share is null)
            return Problems.TooManyViewers(context);
        if (sessions.TryOpen(tail, "http", session) is not { } viewer)
            return Problems.Unavailable(context, "This gateway carries as many viewers as it may. Try again in a moment, or another gateway.", 10);
        using var end = EndlessAnswer.EndOf(context, lifetime);
        await using (viewer)
        {
            context.Response.ContentType = "application/vnd.nsn.frames";
            context.Response.Headers.CacheControl = "no-store";
            try
            {
                await foreach (var frame in viewer.Stream.ReadAsync(await viewer.ResumeAsync(position), end.Token))
                {
                    await context.Response.Body.WriteAsync(frame, end.Token);
                    await context.Response.Body.FlushAsync(end.Token);
                    viewer.Sent(frame.Length);
                }
            }
            catch (Exception gone) when (gone is OperationCanceledException or IOException)
            {
                // The viewer is gone, or the gateway stops.
            }
        }

        return Results.Empty;
    }

    private static bool TryParsePosition(string? text, out ViewerPosition? position)
    {
        position = null;
        if (string.IsNullOrEmpty(text))
            return true;
        var dot = text.IndexOf('.', StringComparison.Ordinal);
        if (dot < 1
            || !ulong.TryParse(text.AsSpan(0, dot), NumberStyles.None, CultureInfo.InvariantCulture, out var slot)
            || !int.TryParse(text.AsSpan(dot + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var chunk))
        {
            return false;
        }

        position = new ViewerPosition(slot, chunk);
        return true;
    }
}
