using System.Globalization;
using Microsoft.Net.Http.Headers;
using Nsn.Gateway.Api;
using Nsn.Gateway.Channels;
using Nsn.Grains.Channels;
using Nsn.Grains.Slots;
using Nsn.Media;

namespace Nsn.Gateway.Endpoints;

/// <summary>Certified slots as files: for players that know nothing of chunks, and for keeping.</summary>
internal static class RecordingEndpoints
{
    // A page looks at so many slots at most, so that a channel with nothing but filler costs no more than another.
    private const int SlotsPerLook = 100;
    private const int LooksMax = 5;

    public static void MapRecordings(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/recordings", List)
            .Produces<Page<RecordingSummary>>()
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable)
            .WithSummary("Certified slots, newest first, with the address of their file");
        routes.MapGet("/api/slots/{slot}/recording", Get)
            .Produces<Stream>(StatusCodes.Status200OK, "video/webm")
            .Produces<Stream>(StatusCodes.Status206PartialContent, "video/webm")
            .Produces(StatusCodes.Status304NotModified)
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable)
            .WithSummary("A certified slot as one WebM file; ranges are served");
    }

    private static async Task<IResult> List(ChannelTails tails, IGrainFactory grains, string channel = "main", ulong? before = null, int limit = 20)
    {
        if (tails.Find(channel) is null)
            return Problems.NotFound($"There is no channel '{channel}'. GET /api/channels lists them.");
        if (limit is < 1 or > 100)
            return Problems.BadRequest("limit is from 1 to 100.");
        var found = new List<RecordingSummary>(limit);
        ulong? next = before;
        for (var look = 0; look < LooksMax; look++)
        {
            var page = await grains.GetGrain<IChannelGrain>(channel).GetSlotsAsync(next, SlotsPerLook);
            foreach (var entry in page.Slots)
            {
                next = entry.Report.Slot;
                if (entry.Report.Phase != SlotPhase.Certified)
                    continue;
                found.Add(ApiMapper.ToRecording(entry));
                if (found.Count == limit)
                    return Page(found, next);
            }

            next = page.Before;
            if (next is null)
                return Page(found, null);
        }

        return Page(found, next);
    }

    private static IResult Page(IReadOnlyList<RecordingSummary> items, ulong? next) =>
        Results.Json(new Page<RecordingSummary>(items, next?.ToString(CultureInfo.InvariantCulture)), ApiJson.Options);

    private static async Task<IResult> Get(ulong slot, SlotFinder finder, HttpContext context)
    {
        if (await finder.ContentAsync(slot, context.RequestAborted) is not { } content)
            return Problems.NotFound($"Slot {slot} has no certified content. GET /api/recordings lists those that have.");
        // The number of a slot means another one when the chain starts afresh, so a cache has to ask.
        context.Response.Headers.CacheControl = "no-cache";
        context.Response.Headers.ContentDisposition =
            new ContentDispositionHeaderValue("inline") { FileName = $"nsn-slot-{slot.ToString(CultureInfo.InvariantCulture)}.webm" }.ToString();
        return Results.Bytes(
            ClipFile.Join([.. content.Segments.Select(segment => segment.Bytes)]),
            "video/webm",
            enableRangeProcessing: true,
            entityTag: new EntityTagHeaderValue($"\"{ApiJson.Hex(content.ContentRoot)}\""));
    }
}
