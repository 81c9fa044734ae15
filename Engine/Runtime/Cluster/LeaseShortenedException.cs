namespace Nsn.Engine.Runtime.Cluster;

/// <summary>The judge could not be asked, and what protects the lease may be gone: the silo may act only this long after its last renewal.</summary>
public sealed class LeaseShortenedException(TimeSpan duration, Exception reason) : Exception($"The lease could not be renewed: {reason.Message}", reason)
{
    public TimeSpan Duration => duration;
}
