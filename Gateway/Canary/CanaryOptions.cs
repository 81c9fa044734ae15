namespace Nsn.Gateway.Canary;

/// <summary>How often a gateway shakes hands with itself, and how long it waits for that.</summary>
/// <param name="Limit">Time for one handshake, with the first answer on the data channel.</param>
/// <param name="Retry">Pause after one that failed.</param>
/// <param name="Period">Pause after one that succeeded.</param>
internal sealed record CanaryOptions(TimeSpan Limit, TimeSpan Retry, TimeSpan Period)
{
    /// <summary>Generous for a busy machine: a handshake takes some 20 ms on an idle one.</summary>
    public static CanaryOptions Default { get; } = new(Limit: TimeSpan.FromSeconds(10), Retry: TimeSpan.FromSeconds(2), Period: TimeSpan.FromMinutes(1));
}
