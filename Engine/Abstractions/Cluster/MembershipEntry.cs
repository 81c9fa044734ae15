namespace Orleans;

/// <summary>What the cluster knows of a silo.</summary>
[GenerateSerializer]
public sealed class MembershipEntry
{
    [Id(0)]
    public SiloAddress SiloAddress { get; set; }

    [Id(1)]
    public SiloStatus Status { get; set; }

    /// <summary>Always empty: silos do not vote each other out here, the judge decides.</summary>
    [Id(2)]
    public List<Tuple<SiloAddress, DateTime>> SuspectTimes { get; set; }

    /// <summary>The port for clients; 0 when the silo has none of its own.</summary>
    [Id(3)]
    public int ProxyPort { get; set; }

    /// <summary>The host at which it is reached.</summary>
    [Id(4)]
    public string HostName { get; set; }

    [Id(5)]
    public string SiloName { get; set; }

    [Id(6)]
    public string RoleName { get; set; }

    [Id(7)]
    public int UpdateZone { get; set; }

    [Id(8)]
    public int FaultZone { get; set; }

    /// <summary>When this incarnation began, by its own clock, in UTC.</summary>
    [Id(9)]
    public DateTime StartTime { get; set; }

    /// <summary>When it last renewed its lease, as far as the silo that was asked knows; by its own clock, in UTC.</summary>
    [Id(10)]
    public DateTime IAmAliveTime { get; set; }

    public override string ToString() => $"{SiloAddress} {SiloName} {Status}";
}
