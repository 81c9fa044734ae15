using Microsoft.Extensions.Diagnostics.HealthChecks;
using Nsn.WebRtc.Transport;

namespace Nsn.WebRtc.Hosting;

/// <summary>Unhealthy when a thread that drives the sessions has not come round for seconds, degraded when no more sessions are taken.</summary>
internal sealed class WebRtcHealthCheck(WebRtcServer server) : IHealthCheck
{
    private static readonly TimeSpan StallMin = TimeSpan.FromSeconds(5);

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        TimeSpan sinceLastRound = server.SinceLastRound;
        Dictionary<string, object> data = new() { ["sessions"] = server.Count, ["seconds_since_last_round"] = sinceLastRound.TotalSeconds };
        return Task.FromResult(
            sinceLastRound > StallMin ? new HealthCheckResult(
                context.Registration.FailureStatus, $"The sessions were not driven for {sinceLastRound.TotalSeconds:F0} s: a handler blocks, or the machine is overloaded.", data: data)
            : server.IsFull ? HealthCheckResult.Degraded($"Full: {server.Count} sessions.", data: data)
            : HealthCheckResult.Healthy($"{server.Count} sessions.", data));
    }
}
