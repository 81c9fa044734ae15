using Microsoft.Extensions.Options;
using Nsn.Gateway.Channels;
using Nsn.Protocol.Certificates;

namespace Nsn.Gateway.Endpoints;

/// <summary>What a player asks first.</summary>
internal static class DiscoveryEndpoints
{
    public static void MapDiscovery(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/p2p/info", Info).WithSummary("Channels, chain and transports of this gateway");
        routes.MapGet("/alive", () => Results.Text("alive")).WithSummary("Whether the process runs").DisableRateLimiting();
    }

    private static IResult Info(HttpContext context, ChannelTails tails, IOptions<GatewaySettings> settings, TimeProvider time)
    {
        if (tails.Main.Head is not { } head)
            return Problems.Unavailable(context, "The gateway has not heard of the chain yet.");
        return Results.Json(
            new
            {
                protocol = 1,
                gateway = settings.Value.Name,
                chainId = ApiJson.Hex(head.GenesisHash),
                history = tails.Main.History,
                slot = tails.Main.SlotOnAir,
                now = time.GetUtcNow().ToUnixTimeMilliseconds(),
                channels = tails.All.Select(tail => new { name = tail.Name, title = tail.Title }),
                threshold = Quorum.Votes,
                slotMilliseconds = (long)head.Timing.SlotDuration.TotalMilliseconds,
                webrtc = new { enabled = true, iceServers = Array.Empty<object>() },
                explorer = (string?)null,
            },
            ApiJson.Options);
    }
}
