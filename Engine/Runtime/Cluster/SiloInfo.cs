using System.Collections.Immutable;

namespace Nsn.Engine.Runtime.Cluster;

/// <summary>What a silo incarnation tells the cluster of itself.</summary>
/// <param name="Address">Where it is reached, and which incarnation it is.</param>
/// <param name="Name">Its name, for people.</param>
/// <param name="Role">Its role, for placement by role; null when it has none.</param>
/// <param name="Metadata">What does not change while it runs: region, device.</param>
/// <param name="Figures">What does: load, and figures that the application publishes for a placement of its own.</param>
/// <param name="Status">Where it is in its life.</param>
public sealed record SiloInfo(
    SiloAddress Address,
    string Name,
    string? Role,
    ImmutableDictionary<string, string> Metadata,
    ImmutableDictionary<string, double> Figures,
    SiloStatus Status);
