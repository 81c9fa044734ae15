using System.Globalization;
using Nsn.Gateway.Api;
using Nsn.Gateway.Channels;
using Nsn.Grains;
using Nsn.Grains.Ledger;

namespace Nsn.Gateway.Endpoints;

/// <summary>Epochs and their directors.</summary>
internal static class EpochEndpoints
{
    public static void MapEpochs(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/epochs", List)
            .Produces<Page<EpochDetail>>()
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable)
            .WithSummary("Epochs whose directors are elected, newest first");
        routes.MapGet("/api/epochs/{epoch}", Get)
            .Produces<EpochDetail>()
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable)
            .WithSummary("An epoch: its blocks, slots, times, beacon and directors");
        routes.MapGet("/api/epochs/{epoch}/directors", GetDirectors)
            .Produces<DirectorsInfo>()
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable)
            .WithSummary("The five directors of an epoch");
    }

    private static async Task<IResult> List(IGrainFactory grains, uint? before = null, int limit = 10)
    {
        if (limit is < 1 or > 50)
            return Problems.BadRequest("limit is from 1 to 50.");
        var ledger = grains.GetGrain<ILedgerGrain>(ChainName.Default);
        var head = await ledger.GetHeadAsync();
        var items = new List<EpochDetail>(limit);
        // At most the next epoch is elected already.
        for (var epoch = (long)Math.Min(before ?? uint.MaxValue, head.Epoch + 2) - 1; epoch >= 0 && items.Count < limit; epoch--)
        {
            if (await ledger.GetEpochAsync((uint)epoch) is { } info)
                items.Add(ApiMapper.ToEpoch(info, head));
            else if (epoch <= head.Epoch)
                break; // older ones the ledger has forgotten
        }

        var next = items.Count == limit && items[^1].Epoch > 0 ? items[^1].Epoch.ToString(CultureInfo.InvariantCulture) : null;
        return Results.Json(new Page<EpochDetail>(items, next), ApiJson.Options);
    }

    private static async Task<IResult> Get(uint epoch, IGrainFactory grains)
    {
        var ledger = grains.GetGrain<ILedgerGrain>(ChainName.Default);
        return await ledger.GetEpochAsync(epoch) is { } info
            ? Results.Json(ApiMapper.ToEpoch(info, await ledger.GetHeadAsync()), ApiJson.Options)
            : Problems.NotFound($"Epoch {epoch} is not elected yet, or the ledger has forgotten it. GET /api/epochs lists those that are known.");
    }

    private static async Task<IResult> GetDirectors(uint epoch, DirectorBook book) => await book.AskAsync(epoch) is { } directors
        ? Results.Json(directors, ApiJson.Options)
        : Problems.NotFound($"The directors of epoch {epoch} are not known: it is not elected yet, or the ledger has forgotten it.");
}
