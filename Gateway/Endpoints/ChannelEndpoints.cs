using System.Globalization;
using System.Security.Cryptography;
using Microsoft.Net.Http.Headers;
using Nsn.Gateway.Api;
using Nsn.Gateway.Channels;
using Nsn.Gateway.Sessions;
using Nsn.Grains.Channels;

namespace Nsn.Gateway.Endpoints;

/// <summary>Channels, slots, certificates and chunks: what is public about a programme.</summary>
internal static partial class ChannelEndpoints
{
    public static void MapChannels(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/channels", (ChannelTails tails) => Results.Json(
            new ChannelList([.. tails.All.Select(tail => new ChannelName(tail.Name, tail.Title))]), ApiJson.Options))
            .Produces<ChannelList>()
            .WithSummary("The channels of this gateway");
        routes.MapGet("/api/channels/{name}", GetChannel)
            .Produces<ChannelInfo>()
            .ProducesProblem(StatusCodes.Status404NotFound)
            .WithSummary("What is on air, what comes next, how long the queue is");
        routes.MapGet("/api/channels/{name}/events", GetEvents)
            .Produces<string>(StatusCodes.Status200OK, "text/event-stream")
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status429TooManyRequests)
            .WithSummary("Changes as server-sent events");
        routes.MapGet("/api/slots", ListSlots)
            .Produces<Page<SlotSummary>>()
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status404NotFound)
            .WithSummary("Slots of a channel, newest first");
        routes.MapGet("/api/slots/{slot}", GetSlot)
            .Produces<SlotDetail>()
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable)
            .WithSummary("Everything about a slot");
        routes.MapGet("/api/slots/{slot}/certificate", GetCertificate)
            .Produces<Stream>(StatusCodes.Status200OK, "application/octet-stream")
            .Produces(StatusCodes.Status304NotModified)
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable)
            .WithSummary("The certificate's bytes (docs/formats.md)");
        routes.MapGet("/api/slots/{slot}/recipe", GetRecipe)
            .Produces<Stream>(StatusCodes.Status200OK, "application/octet-stream")
            .Produces(StatusCodes.Status304NotModified)
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable)
            .WithSummary("The recipe's canonical bytes");
        routes.MapGet("/api/slots/{slot}/chunks/{leaf}", GetChunk)
            .Produces<Stream>(StatusCodes.Status200OK, "application/octet-stream")
            .Produces(StatusCodes.Status304NotModified)
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable)
            .WithSummary("A chunk with header and proof");
    }

    private static IResult GetChannel(string name, ChannelTails tails, GatewayMetrics metrics, TimeProvider time) =>
        tails.Find(name) is { } tail ? Results.Json(Describe(tail, metrics, time, withSlots: true), ApiJson.Options) : NoChannel(name);

    internal static ChannelInfo Describe(ChannelTail tail, GatewayMetrics metrics, TimeProvider time, bool withSlots)
    {
        var head = tail.Head;
        var onAir = tail.SlotOnAir ?? 0;
        tail.Slots.TryGetValue(onAir, out var current);
        return new ChannelInfo
        {
            Name = tail.Name,
            Title = tail.Title,
            Now = time.GetUtcNow().ToUnixTimeMilliseconds(),
            State = head is null ? "starting" : current switch
            {
                { IsCertified: true } => "on-air",
                { Content: not null } => "filler",
                _ => tail.Slots.Values.Any(view => view.IsCertified) ? "filler" : "starting",
            },
            Epoch = head?.Timing.EpochOfSlot(onAir) ?? 0,
            Slot = onAir,
            SlotMilliseconds = (long)(head?.Timing.SlotDuration.TotalMilliseconds ?? 0),
            Current = withSlots ? current?.Summary : null,
            Next = withSlots ? [.. tail.Slots.Values.Where(view => view.Slot > onAir).Select(view => view.Summary)] : null,
            QueueLength = tail.QueueLength,
            Viewers = metrics.Viewers,
        };
    }

    [Endless]
    private static async Task<IResult> GetEvents(
        string name, ChannelTails tails, EventHub events, AddressShares shares, IHostApplicationLifetime lifetime, HttpContext context)
    {
        if (tails.Find(name) is null)
            return NoChannel(name);
        using var share = shares.TryTakeSocket(context);
        if (share is null)
            return Problems.TooManySockets(context);
        var after = long.TryParse(context.Request.Headers["Last-Event-ID"], CultureInfo.InvariantCulture, out var last) ? last : (long?)null;
        context.Response.ContentType = "text/event-stream";
        context.Response.Headers.CacheControl = "no-store";
        using var end = EndlessAnswer.EndOf(context, lifetime);
        var ended = end.Token;
        await context.Response.WriteAsync(": NSN\n\n", ended);
        await context.Response.Body.FlushAsync(ended);
        await using var listener = events.ListenAsync(after, ended).GetAsyncEnumerator(ended);
        var next = listener.MoveNextAsync().AsTask();
        try
        {
            while (true)
            {
                var idle = Task.Delay(TimeSpan.FromSeconds(15), ended);
                if (await Task.WhenAny(next, idle) == idle)
                {
                    await context.Response.WriteAsync(": still here\n\n", ended);
                }
                else
                {
                    if (!await next)
                        break;
                    var happened = listener.Current;
                    await context.Response.WriteAsync(
                        string.Create(CultureInfo.InvariantCulture, $"id: {happened.Number}\nevent: {happened.Name}\ndata: {happened.Json}\n\n"), ended);
                    next = listener.MoveNextAsync().AsTask();
                }

                await context.Response.Body.FlushAsync(ended);
            }
        }
        catch (OperationCanceledException)
        {
            // The page is gone, or the gateway stops.
        }
        finally
        {
            // The listener cannot be disposed of while it still waits for an event.
            await end.CancelAsync();
            await ((Task)next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return Results.Empty;
    }

    private static async Task<IResult> ListSlots(
        ChannelTails tails, IGrainFactory grains, ILogger<ChannelTail> logger, string channel = "main", ulong? before = null, int limit = 20)
    {
        if (tails.Find(channel) is not { } tail)
            return NoChannel(channel);
        if (limit is < 1 or > 100)
            return Problems.BadRequest("limit is from 1 to 100.");
        SlotPage page;
        try
        {
            page = await grains.GetGrain<IChannelGrain>(channel).GetSlotsAsync(before, limit);
        }
        catch (Exception failure)
        {
            // What is in memory is still true, whatever is the matter with the grain.
            if (!Problems.IsOutage(failure))
                LogNotListed(logger, failure, channel);
            SlotSummary[] slots = [.. tail.Slots.Values.Reverse().Where(view => before is null || view.Slot < before).Take(limit).Select(view => view.Summary)];
            return Page(slots, slots.Length == limit ? slots[^1].Slot : null);
        }

        return Page([.. page.Slots.Select(entry => Seen(tail, entry))], page.Before);
    }

    private static IResult Page(SlotSummary[] items, ulong? next) =>
        Results.Json(new Page<SlotSummary>(items, next?.ToString(CultureInfo.InvariantCulture)), ApiJson.Options);

    private static SlotSummary Seen(ChannelTail tail, SlotEntry entry) =>
        tail.Slots.TryGetValue(entry.Report.Slot, out var view) ? view.Summary : ApiMapper.ToSummary(entry, null, certified: false, problem: null);

    private static async Task<IResult> GetSlot(ulong slot, ChannelTails tails, SlotFinder finder, DirectorBook book, ModelPacks packs)
    {
        if (await FindOrHeardOfAsync(finder, slot) is not { } entry)
            return NoSlot(slot);
        var seen = tails.Main.Slots.TryGetValue(slot, out var view) ? view.Summary : null;
        var directors = entry.Report.Assignment is { } assignment ? await book.FindAsync(assignment.Epoch) : null;
        return Results.Json(ApiMapper.ToDetail(entry, seen, directors, packs, await finder.RequestedAtAsync(entry)), ApiJson.Options);
    }

    /// <summary>What is in memory is better than no answer while the channel cannot be asked.</summary>
    private static async Task<SlotEntry?> FindOrHeardOfAsync(SlotFinder finder, ulong slot)
    {
        try
        {
            return await finder.FindAsync(slot);
        }
        catch (Exception failure) when (Problems.IsOutage(failure) && finder.HeardOf(slot) is not null)
        {
            return finder.HeardOf(slot);
        }
    }

    private static async Task<IResult> GetCertificate(ulong slot, SlotFinder finder, HttpContext context) =>
        await finder.FindAsync(slot) is { Report.Certificate: { } bytes }
            ? Tagged(context, bytes)
            : Problems.NotFound($"Slot {slot} has no certificate. Its state and the reason are at /api/slots/{slot}.");

    private static async Task<IResult> GetRecipe(ulong slot, SlotFinder finder, HttpContext context) =>
        await FindOrHeardOfAsync(finder, slot) is { Report.Assignment.Recipe: { } bytes } ? Tagged(context, bytes) : NoSlot(slot);

    private static async Task<IResult> GetChunk(ulong slot, int leaf, SlotFinder finder, HttpContext context)
    {
        var content = await finder.ContentAsync(slot, context.RequestAborted);
        if (content is null)
            return Problems.NotFound($"Slot {slot} has no certified content.");
        return content.ChunkBody(leaf) is { } body
            ? Tagged(context, body)
            : Problems.NotFound($"Slot {slot} has chunks 0 to {content.ChunkFrames.Count - 1}.");
    }

    /// <summary>Bytes that never change within one history of the chain. Another history gives slot numbers another meaning, so a cache has to ask.</summary>
    private static IResult Tagged(HttpContext context, ReadOnlyMemory<byte> bytes)
    {
        context.Response.Headers.CacheControl = "no-cache";
        return Results.Bytes(bytes, "application/octet-stream", entityTag: new EntityTagHeaderValue($"\"{ApiJson.Hex(SHA256.HashData(bytes.Span))}\""));
    }

    private static IResult NoChannel(string name) => Problems.NotFound($"There is no channel '{name}'. GET /api/channels lists them.");

    private static IResult NoSlot(ulong slot) => Problems.NotFound($"Slot {slot} is not known. GET /api/slots lists those that are.");

    [LoggerMessage(20, LogLevel.Error, "The slots of channel {Channel} could not be asked for; those in memory are told")]
    private static partial void LogNotListed(ILogger logger, Exception failure, string channel);
}
