using System.Collections.Immutable;

namespace Nsn.Engine.Runtime.Cluster;

/// <summary>The living silos at a version; the version grows with every join, leave and change of status.</summary>
public sealed record ClusterView(long Version, ImmutableArray<SiloInfo> Silos)
{
    public static ClusterView Empty { get; } = new(0, []);

    /// <summary>Whether the same silos are in the same phase of their life; what they say of their load is not compared.</summary>
    public bool HasSameMembers(ClusterView other)
    {
        if (Silos.Length != other.Silos.Length)
            return false;
        foreach (var silo in Silos)
        {
            if (other.Find(silo.Address)?.Status != silo.Status)
                return false;
        }

        return true;
    }

    public SiloInfo? Find(SiloAddress address)
    {
        foreach (var silo in Silos)
        {
            if (silo.Address.Equals(address))
                return silo;
        }

        return null;
    }
}
