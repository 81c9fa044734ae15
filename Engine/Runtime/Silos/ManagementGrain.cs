using Nsn.Engine.Runtime.Cluster;
using Nsn.Engine.Runtime.Grains;
using Orleans.Concurrency;

namespace Nsn.Engine.Runtime.Silos;

/// <summary>Answers questions about the cluster by asking its silos.</summary>
[StatelessWorker]
internal sealed class ManagementGrain(IClusterMembershipService membership, Silo silo) : Grain, IManagementGrain
{
    public Task<Dictionary<SiloAddress, SiloStatus>> GetHosts(bool onlyActive = false) => Task.FromResult(membership.CurrentSnapshot.Members.Values
        .Where(member => !onlyActive || member.Status == SiloStatus.Active)
        .ToDictionary(member => member.SiloAddress, member => member.Status));

    public Task<MembershipEntry[]> GetDetailedHosts(bool onlyActive = false) => Task.FromResult(silo.View.Silos
        .Where(member => !onlyActive || member.Status == SiloStatus.Active)
        .Select(Describe)
        .ToArray());

    private static MembershipEntry Describe(SiloInfo member) => new()
    {
        SiloAddress = member.Address,
        Status = member.Status,
        SuspectTimes = [],
        ProxyPort = (int)member.Figures.GetValueOrDefault(SiloFigures.GatewayPort),
        HostName = member.Address.Endpoint.Address.ToString(),
        SiloName = member.Name,
        RoleName = member.Role!,
        StartTime = Time(member, SiloFigures.StartedSeconds),
        IAmAliveTime = Time(member, SiloFigures.PublishedSeconds),
    };

    private static DateTime Time(SiloInfo member, string figure) => DateTime.UnixEpoch.AddSeconds(member.Figures.GetValueOrDefault(figure));

    public Task ForceActivationCollection(SiloAddress[] hostsIds, TimeSpan ageLimit) => Task.WhenAll(Hosts(hostsIds).Select(host => Control(host).Collect(ageLimit)));
    public Task ForceActivationCollection(TimeSpan ageLimit) => ForceActivationCollection([], ageLimit);
    public Task ForceGarbageCollection(SiloAddress[] hostsIds) => Task.WhenAll(Hosts(hostsIds).Select(host => Control(host).CollectGarbage()));
    public Task ForceRuntimeStatisticsCollection(SiloAddress[] siloAddresses) => Task.WhenAll(Hosts(siloAddresses).Select(host => Control(host).Publish()));
    public Task<SiloRuntimeStatistics[]> GetRuntimeStatistics(SiloAddress[] hostsIds) => Task.WhenAll(Hosts(hostsIds).Select(host => Control(host).GetStatistics()));
    public Task<SimpleGrainStatistic[]> GetSimpleGrainStatistics() => GetSimpleGrainStatistics([]);

    public async Task<SimpleGrainStatistic[]> GetSimpleGrainStatistics(SiloAddress[] hostsIds) =>
        [.. (await GetDetailedGrainStatistics(null, hostsIds))
            .GroupBy(grain => (grain.GrainType, grain.SiloAddress))
            .Select(group => new SimpleGrainStatistic { GrainType = group.Key.GrainType, SiloAddress = group.Key.SiloAddress, ActivationCount = group.Count() })];

    public async Task<DetailedGrainStatistic[]> GetDetailedGrainStatistics(string[]? types = null, SiloAddress[]? hostsIds = null)
    {
        var all = await Task.WhenAll(Hosts(hostsIds).Select(host => Control(host).GetGrains()));
        return [.. all.SelectMany(grains => grains).Where(grain => types is null || types.Contains(grain.GrainType))];
    }

    public async Task<int> GetGrainActivationCount(GrainReference grainReference)
    {
        var id = Resolve(grainReference.GrainId);
        return (await GetDetailedGrainStatistics()).Count(grain => grain.GrainId == id);
    }

    public async Task<int> GetTotalActivationCount() => (await GetRuntimeStatistics([])).Sum(statistics => statistics.ActivationCount);

    public async ValueTask<SiloAddress> GetActivationAddress(IAddressable reference)
    {
        var id = Resolve(reference.GetGrainId());
        return (await GetDetailedGrainStatistics()).FirstOrDefault(grain => grain.GrainId == id)?.SiloAddress!;
    }

    public async ValueTask<List<GrainId>> GetActiveGrains(GrainType type)
    {
        var resolved = Resolve(new GrainId(type, default)).Type;
        return [.. (await GetDetailedGrainStatistics()).Where(grain => grain.GrainId.Type == resolved).Select(grain => grain.GrainId).Distinct()];
    }

    /// <summary>A client that has no grain classes names a grain by its interface.</summary>
    private GrainId Resolve(GrainId id) => UnresolvedType.TryResolve(id.Type, silo.Classes, out var type) ? new GrainId(type, id.Key) : id;

    private IEnumerable<SiloAddress> Hosts(SiloAddress[]? chosen) => chosen is { Length: > 0 } ? chosen : membership.CurrentSnapshot.Members.Keys;

    private ISiloControl Control(SiloAddress host) =>
        (ISiloControl)(object)silo.References.Create(GrainId.Create(Silo.ControlType, host.ToParsableString()), typeof(ISiloControl));
}
