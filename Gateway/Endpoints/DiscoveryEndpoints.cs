using Microsoft.Extensions.Options;
using Nsn.Gateway.Api;
using Nsn.Gateway.Channels;
using Nsn.Protocol.Certificates;

namespace Nsn.Gateway.Endpoints;

/// <summary>What a player asks first.</summary>
internal static class DiscoveryEndpoints
{
    public static void MapDiscovery(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/p2p/info", Info)
            .Produces<GatewayInfo>()
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable)
            .WithSummary("Channels, chain and transports of this gateway");
        routes.MapGet("/alive", () => Results.Text("alive"))
            .Produces<string>(StatusCodes.Status200OK, "text/plain")
            .WithSummary("Whether the process runs").DisableRateLimiting();
    }

    private static IResult Info(HttpContext context, ChannelTails tails, IOptions<GatewaySettings> settings, TimeProvider time)
    {
        if (tails.Main.Head is not { } head)
            return Problems.Unavailable(context, "The gateway has not heard of the chain yet.");
        return Results.Json(
            new GatewayInfo
            {
                Protocol = 1,
                Gateway = settings.Value.Name,
                ChainId = ApiJson.Hex(head.GenesisHash),
                History = tails.Main.History,
                Slot = tails.Main.SlotOnAir,
                Now = time.GetUtcNow().ToUnixTimeMilliseconds(),
                Channels = [.. tails.All.Select(tail => new ChannelName(tail.Name, tail.Title))],
                Threshold = Quorum.Votes,
                SlotMilliseconds = (long)head.Timing.SlotDuration.TotalMilliseconds,
                Webrtc = new WebRtcInfo(Enabled: true, IceServers: []),
                Explorer = null,
            },
            ApiJson.Options);
    }
}
