using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Nsn.Engine.Runtime.Cluster;
using Nsn.Engine.Runtime.Grains;
using Orleans.Placement;
using Orleans.Runtime.Placement;

namespace Nsn.Engine.Runtime.Placement;

/// <summary>Chooses the silo of a new activation: filters first, then the director of the class's strategy.</summary>
internal sealed class PlacementService(IServiceProvider services, Func<SiloAddress> local, Func<ClusterView> view)
{
    private readonly ConcurrentDictionary<Type, IPlacementDirector> _directors = new();
    private readonly ConcurrentDictionary<Type, IPlacementFilterDirector> _filters = new();
    private readonly PlacementStrategy _default = services.GetService<PlacementStrategy>() ?? new RandomPlacement();

    public ValueTask<SiloAddress> ChooseAsync(GrainClass grainClass, GrainId grainId, Dictionary<string, object>? requestContext)
    {
        var silos = view().Silos;
        if (silos.Length == 1 && grainClass.Filters.Length == 0 && TakesAnySilo(grainClass.Placement ?? _default) && silos[0].Address.Equals(local()))
            return new(silos[0].Address);
        return ChooseAmongAsync(grainClass, grainId, requestContext);
    }

    /// <summary>Whether a strategy places on the only silo that there is without a look at it. One of somebody else's may refuse it.</summary>
    private static bool TakesAnySilo(PlacementStrategy strategy) => strategy
        is RandomPlacement or PreferLocalPlacement or HashBasedPlacement or ActivationCountBasedPlacement or ResourceOptimizedPlacement or StatelessWorkerPlacement;

    private async ValueTask<SiloAddress> ChooseAmongAsync(GrainClass grainClass, GrainId grainId, Dictionary<string, object>? requestContext)
    {
        var target = new PlacementTarget(grainId, requestContext!, GrainInterfaceType.Create(TypeNames.Format(grainClass.PrimaryInterface)), 0);
        IEnumerable<SiloAddress> candidates = view().Silos.Where(silo => silo.Status == SiloStatus.Active).Select(silo => silo.Address).Order();
        foreach (var filter in grainClass.Filters)
            candidates = FilterOf(filter).Filter(filter, target, candidates).ToArray();
        var compatible = candidates.ToArray();
        if (compatible.Length == 0)
            throw new OrleansException($"No silo can host {grainId} ({grainClass.Type}): {view().Silos.Length} silos are members, and its placement filters leave none.");
        var strategy = grainClass.Placement ?? _default;
        return await DirectorOf(strategy).OnAddActivation(strategy, target, new Context(local(), compatible));
    }

    private IPlacementDirector DirectorOf(PlacementStrategy strategy) => _directors.GetOrAdd(strategy.GetType(), static (type, services) =>
        services.GetKeyedService<IPlacementDirector>(type)
        ?? throw new OrleansException($"No placement director is registered for {type}: use AddPlacementDirector."), services);

    private IPlacementFilterDirector FilterOf(PlacementFilterStrategy strategy) => _filters.GetOrAdd(strategy.GetType(), static (type, services) =>
        services.GetKeyedService<IPlacementFilterDirector>(type)
        ?? throw new OrleansException($"No placement filter director is registered for {type}: use AddPlacementFilter."), services);

    private sealed class Context(SiloAddress local, SiloAddress[] compatible) : IPlacementContext
    {
        public SiloAddress LocalSilo => local;
        public SiloStatus LocalSiloStatus => SiloStatus.Active;
        public SiloAddress[] GetCompatibleSilos(PlacementTarget target) => compatible;
        public IReadOnlyDictionary<ushort, SiloAddress[]> GetCompatibleSilosWithVersions(PlacementTarget target) => new Dictionary<ushort, SiloAddress[]> { [0] = compatible };
    }
}
