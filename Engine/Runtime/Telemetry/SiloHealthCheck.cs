using Microsoft.Extensions.Diagnostics.HealthChecks;
using Nsn.Engine.Runtime.Silos;

namespace Nsn.Engine.Runtime.Telemetry;

/// <summary>Healthy while the silo holds its lease; degraded while it waits for the judge's word; unhealthy when it is no member.</summary>
internal sealed class SiloHealthCheck(Silo silo) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) => Task.FromResult(
        silo.MayAct ? HealthCheckResult.Healthy($"{silo.Address} is a member.")
        : silo.MustWait ? HealthCheckResult.Degraded($"{silo.Address} waits for its lease to be confirmed.")
        : HealthCheckResult.Unhealthy($"{silo.Address} is not a member of the cluster."));
}
