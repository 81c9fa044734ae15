using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Nsn.Silo;

/// <summary>
/// What <c>/health</c> says: ready once the ledger answers (core) and the canary clip has passed (gpu). A device that fails later makes a silo that does nothing else
/// unhealthy, and one with the grains of the core degraded: those go on.
/// </summary>
internal sealed class SiloHealth(SiloSettings settings, TimeProvider time) : IHealthCheck
{
    private static readonly TimeSpan s_staleAfter = TimeSpan.FromSeconds(10);
    private readonly Lock _lock = new();
    private string? _coreFailure = "the ledger has not answered yet";
    private string? _deviceFailure = "the models are being loaded";
    private DateTimeOffset _coreSeen = time.GetUtcNow();
    private ulong _block;
    private bool _wasReady;

    public void CoreAlive(ulong block)
    {
        lock (_lock)
            (_coreFailure, _coreSeen, _block) = (null, time.GetUtcNow(), block);
    }

    public void CoreFailed(string reason)
    {
        lock (_lock)
            _coreFailure = reason;
    }

    public void DeviceReady()
    {
        lock (_lock)
            (_deviceFailure, _wasReady) = (null, true);
    }

    public void DeviceFailed(string reason)
    {
        lock (_lock)
            _deviceFailure = reason;
    }

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        lock (_lock)
        {
            var data = new Dictionary<string, object> { ["silo"] = settings.Name, ["block"] = _block };
            if (settings.IsCore && (_coreFailure ?? Stale()) is { } core)
                return Task.FromResult(HealthCheckResult.Unhealthy(core, data: data));
            if (settings.IsGpu && _deviceFailure is { } device)
            {
                return Task.FromResult(
                    settings.IsCore && _wasReady ? HealthCheckResult.Degraded($"the device has failed: {device}", data: data) : HealthCheckResult.Unhealthy(device, data: data));
            }

            return Task.FromResult(HealthCheckResult.Healthy("ready", data));
        }
    }

    private string? Stale() => time.GetUtcNow() - _coreSeen > s_staleAfter ? "the ledger has not answered for ten seconds" : null;
}
