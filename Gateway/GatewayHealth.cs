using Microsoft.Extensions.Diagnostics.HealthChecks;
using Nsn.Gateway.Canary;
using Nsn.Gateway.Channels;

namespace Nsn.Gateway;

/// <summary>
/// Ready once the chain was heard of and a WebRTC handshake with itself has worked. After that a gateway that has lost touch with the silos is degraded, not
/// down: its viewers go on.
/// </summary>
internal sealed class GatewayHealth(ChannelTail tail, ChannelFollower follower, HandshakeCanary canary) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        if (tail.Head is not { } head)
            return Task.FromResult(HealthCheckResult.Unhealthy("the gateway has not heard of the chain yet"));
        if (!canary.HasSucceeded)
            return Task.FromResult(HealthCheckResult.Unhealthy($"the gateway has not shaken hands with itself over WebRTC yet: {canary.Failure}"));
        var data = new Dictionary<string, object>
        {
            ["block"] = head.Block,
            ["slotOnAir"] = tail.SlotOnAir ?? 0,
            ["handshakeMilliseconds"] = Math.Round(canary.Duration.TotalMilliseconds),
            ["certifiedSlots"] = tail.Slots.Values.Count(view => view.IsCertified),
        };
        if (canary.Failure is { } failure)
            return Task.FromResult(HealthCheckResult.Degraded($"a WebRTC handshake with itself has failed: {failure}", data: data));
        return Task.FromResult(follower.InTouch
            ? HealthCheckResult.Healthy("ready", data)
            : HealthCheckResult.Degraded("the silos do not answer; viewers are served from memory", data: data));
    }
}
