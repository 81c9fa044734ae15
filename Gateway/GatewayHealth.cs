using Microsoft.Extensions.Diagnostics.HealthChecks;
using Nsn.Gateway.Channels;

namespace Nsn.Gateway;

/// <summary>
/// Ready once the chain was heard of. After that a gateway that has lost touch with the silos is degraded, not down: its viewers go on.
/// </summary>
internal sealed class GatewayHealth(ChannelTail tail, ChannelFollower follower) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        if (tail.Head is not { } head)
            return Task.FromResult(HealthCheckResult.Unhealthy("the gateway has not heard of the chain yet"));
        var data = new Dictionary<string, object>
        {
            ["block"] = head.Block,
            ["slotOnAir"] = tail.SlotOnAir ?? 0,
            ["certifiedSlots"] = tail.Slots.Values.Count(view => view.IsCertified),
        };
        return Task.FromResult(follower.InTouch
            ? HealthCheckResult.Healthy("ready", data)
            : HealthCheckResult.Degraded("the silos do not answer; viewers are served from memory", data: data));
    }
}
