namespace Nsn.Engine.Runtime.Cluster;

/// <summary>The judge's answer to a renewal.</summary>
/// <param name="Granted">False when the judge has declared the incarnation dead: it must stop acting at once.</param>
/// <param name="Duration">How long the incarnation lives, counted from before the question was asked; null when leases do not expire. After that it is dead.</param>
/// <param name="View">The cluster as the judge sees it.</param>
/// <param name="ConfirmedFor">
/// How long it may act without asking again, when that is shorter: after it the incarnation waits, until a renewal confirms that it still lives. Null: as long as it lives.
/// </param>
/// <param name="LookAgain">After how long, from the answer, somebody may have to be declared dead: asking then spares the cluster the wait for the next renewal.</param>
public readonly record struct LeaseRenewal(bool Granted, TimeSpan? Duration, ClusterView View, TimeSpan? ConfirmedFor = null, TimeSpan? LookAgain = null);
