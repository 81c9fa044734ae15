namespace Nsn.Engine.Runtime.Cluster;

/// <summary>The judge's answer to a renewal.</summary>
/// <param name="Granted">False when the judge has declared the incarnation dead: it must stop acting at once.</param>
/// <param name="Duration">How long it may act, counted from before the question was asked; null when leases do not expire.</param>
/// <param name="View">The cluster as the judge sees it.</param>
public readonly record struct LeaseRenewal(bool Granted, TimeSpan? Duration, ClusterView View);
