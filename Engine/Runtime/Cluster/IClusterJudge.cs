namespace Nsn.Engine.Runtime.Cluster;

/// <summary>Decides who is a member of the cluster. The only authority: silos may suspect each other, but never decide.</summary>
public interface IClusterJudge
{
    /// <summary>Raised when the view may have changed; a hint, on any thread.</summary>
    event Action? Changed;

    /// <summary>Admits an incarnation and gives it a lease.</summary>
    ValueTask<LeaseRenewal> JoinAsync(SiloInfo self, CancellationToken cancellationToken);

    /// <summary>Extends the lease and publishes what the silo says of itself.</summary>
    ValueTask<LeaseRenewal> RenewAsync(SiloInfo self, CancellationToken cancellationToken);

    /// <summary>Ends the incarnation in good order: its grains are free at once.</summary>
    ValueTask LeaveAsync(SiloAddress self, CancellationToken cancellationToken);

    ValueTask<ClusterView> ReadAsync(CancellationToken cancellationToken);
}
