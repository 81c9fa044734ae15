using System.Collections.Immutable;

namespace Nsn.Engine.Runtime.Cluster;

/// <summary>The living silos at a version; the version grows with every join, leave and change of status.</summary>
public sealed record ClusterView(long Version, ImmutableArray<SiloInfo> Silos)
{
    public static ClusterView Empty { get; } = new(0, []);

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
