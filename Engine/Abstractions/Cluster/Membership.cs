using System.Collections.Immutable;
using Orleans.Runtime.Placement;

namespace Orleans.Runtime
{
    /// <summary>The life of a silo.</summary>
    public enum SiloStatus
    {
        None,
        Created,
        Joining,
        Active,
        ShuttingDown,
        Stopping,
        Dead,
    }

    /// <summary>A silo as the cluster sees it.</summary>
    public sealed class ClusterMember(SiloAddress siloAddress, SiloStatus status, string name) : IEquatable<ClusterMember>
    {
        public SiloAddress SiloAddress { get; } = siloAddress;
        public SiloStatus Status { get; } = status;
        public string Name { get; } = name;
        public bool Equals(ClusterMember other) => other is not null && SiloAddress.Equals(other.SiloAddress) && Status == other.Status && Name == other.Name;
        public override bool Equals(object obj) => Equals(obj as ClusterMember);
        public override int GetHashCode() => SiloAddress.GetHashCode();
        public override string ToString() => $"{SiloAddress}/{Name}/{Status}";
    }

    /// <summary>The members of a cluster at a version.</summary>
    public sealed class ClusterMembershipSnapshot(ImmutableDictionary<SiloAddress, ClusterMember> members, MembershipVersion version)
    {
        public ImmutableDictionary<SiloAddress, ClusterMember> Members { get; } = members;
        public MembershipVersion Version { get; } = version;
        public SiloStatus GetSiloStatus(SiloAddress silo) => Members.TryGetValue(silo, out var member) ? member.Status : SiloStatus.None;
        public override string ToString() => $"[{Version}: {string.Join(", ", Members.Values)}]";
    }

    /// <summary>Tells who is in the cluster.</summary>
    public interface IClusterMembershipService
    {
        ClusterMembershipSnapshot CurrentSnapshot { get; }
        IAsyncEnumerable<ClusterMembershipSnapshot> MembershipUpdates { get; }
        ValueTask Refresh(MembershipVersion minimumVersion = default, CancellationToken cancellationToken = default);
        Task<bool> TryKill(SiloAddress siloAddress);
    }
}

namespace Orleans.Runtime.MembershipService.SiloMetadata
{
    /// <summary>What a silo says of its machine: region, roles, devices.</summary>
    public sealed record SiloMetadata(ImmutableDictionary<string, string> Metadata)
    {
        public static SiloMetadata Empty { get; } = new(ImmutableDictionary<string, string>.Empty);
    }

    /// <summary>Gives the metadata of silos.</summary>
    public interface ISiloMetadataCache
    {
        SiloMetadata GetSiloMetadata(SiloAddress siloAddress);
    }
}

namespace Orleans.Runtime.Placement
{
    /// <summary>The grain to be placed.</summary>
    public readonly struct PlacementTarget(GrainId grainIdentity, Dictionary<string, object> requestContextData, GrainInterfaceType interfaceType, ushort interfaceVersion)
    {
        public GrainId GrainIdentity { get; } = grainIdentity;
        public GrainInterfaceType InterfaceType { get; } = interfaceType;
        public ushort InterfaceVersion { get; } = interfaceVersion;
        public Dictionary<string, object> RequestContextData { get; } = requestContextData;
    }

    /// <summary>What a placement director may look at.</summary>
    public interface IPlacementContext
    {
        SiloAddress LocalSilo { get; }
        SiloStatus LocalSiloStatus { get; }
        SiloAddress[] GetCompatibleSilos(PlacementTarget target);
        IReadOnlyDictionary<ushort, SiloAddress[]> GetCompatibleSilosWithVersions(PlacementTarget target);
    }

    /// <summary>Chooses silos for the grains of one strategy.</summary>
    public interface IPlacementDirector
    {
        const string PlacementHintKey = nameof(PlacementHintKey);
        Task<SiloAddress> OnAddActivation(PlacementStrategy strategy, PlacementTarget target, IPlacementContext context);

        static SiloAddress GetPlacementHint(Dictionary<string, object> requestContextData, SiloAddress[] compatibleSilos) =>
            requestContextData is not null && requestContextData.TryGetValue(PlacementHintKey, out var hint) && hint is SiloAddress silo && compatibleSilos.Contains(silo) ? silo : null;
    }
}

namespace Orleans.Placement
{
    /// <summary>Narrows silos by one filter strategy.</summary>
    public interface IPlacementFilterDirector
    {
        IEnumerable<SiloAddress> Filter(PlacementFilterStrategy filterStrategy, PlacementTarget target, IEnumerable<SiloAddress> silos);
    }
}
