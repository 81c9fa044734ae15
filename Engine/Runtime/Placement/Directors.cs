using System.Collections.Immutable;
using Nsn.Engine.Runtime.Cluster;
using Nsn.Engine.Runtime.Silos;
using Orleans.Placement;
using Orleans.Runtime.MembershipService.SiloMetadata;
using Orleans.Runtime.Placement;
using Orleans.Runtime.Placement.Filtering;

namespace Nsn.Engine.Runtime.Placement;

/// <summary>Any silo; the hint in the request context first.</summary>
internal sealed class RandomPlacementDirector(Random random) : IPlacementDirector
{
    public Task<SiloAddress> OnAddActivation(PlacementStrategy strategy, PlacementTarget target, IPlacementContext context)
    {
        var silos = context.GetCompatibleSilos(target);
        return Task.FromResult(IPlacementDirector.GetPlacementHint(target.RequestContextData, silos) ?? silos[random.Next(silos.Length)]);
    }
}

/// <summary>The caller's silo where it can host the grain.</summary>
internal sealed class PreferLocalPlacementDirector(Random random) : IPlacementDirector
{
    public Task<SiloAddress> OnAddActivation(PlacementStrategy strategy, PlacementTarget target, IPlacementContext context)
    {
        var silos = context.GetCompatibleSilos(target);
        return Task.FromResult(IPlacementDirector.GetPlacementHint(target.RequestContextData, silos)
            ?? (silos.Contains(context.LocalSilo) ? context.LocalSilo : silos[random.Next(silos.Length)]));
    }
}

/// <summary>The silo that the grain id hashes to, among the living in order of address.</summary>
internal sealed class HashBasedPlacementDirector : IPlacementDirector
{
    public Task<SiloAddress> OnAddActivation(PlacementStrategy strategy, PlacementTarget target, IPlacementContext context)
    {
        var silos = context.GetCompatibleSilos(target);
        return Task.FromResult(silos[target.GrainIdentity.GetUniformHashCode() % (uint)silos.Length]);
    }
}

/// <summary>The power of two choices: of two random silos the one with fewer activations.</summary>
internal sealed class ActivationCountPlacementDirector(Random random, Silo silo) : IPlacementDirector
{
    public Task<SiloAddress> OnAddActivation(PlacementStrategy strategy, PlacementTarget target, IPlacementContext context)
    {
        var silos = context.GetCompatibleSilos(target);
        var first = silos[random.Next(silos.Length)];
        var second = silos[random.Next(silos.Length)];
        return Task.FromResult(CountOf(first) <= CountOf(second) ? first : second);
    }

    private double CountOf(SiloAddress address) => silo.View.Find(address)?.Figures.GetValueOrDefault(SiloFigures.Activations) ?? double.MaxValue;
}

/// <summary>
/// The power of two choices: of two random silos the one whose processors and memory have more left. Figures are up to a second old: always taking the best of all would send
/// everything there until the next ones come.
/// </summary>
internal sealed class ResourceOptimizedPlacementDirector(Random random, Silo silo) : IPlacementDirector
{
    private const double ProcessorWeight = 40;
    private const double MemoryWeight = 40;
    private const double ActivationWeight = 20;

    public Task<SiloAddress> OnAddActivation(PlacementStrategy strategy, PlacementTarget target, IPlacementContext context)
    {
        var silos = context.GetCompatibleSilos(target);
        var first = silos[random.Next(silos.Length)];
        var second = silos[random.Next(silos.Length)];
        if (silo.View.Find(second)?.Figures is not { } figuresOfSecond)
            return Task.FromResult(first);
        if (silo.View.Find(first)?.Figures is not { } figuresOfFirst)
            return Task.FromResult(second);
        var most = Math.Max(1, Math.Max(figuresOfFirst.GetValueOrDefault(SiloFigures.Activations), figuresOfSecond.GetValueOrDefault(SiloFigures.Activations)));
        return Task.FromResult(LoadOf(figuresOfFirst, most) <= LoadOf(figuresOfSecond, most) ? first : second);
    }

    /// <summary>Between 0 and 100: shares of what there is of each resource, activations compared with the silo of the two that has more.</summary>
    private static double LoadOf(ImmutableDictionary<string, double> figures, double activationsMost)
    {
        var (memory, available) = (figures.GetValueOrDefault(SiloFigures.MemoryBytes), figures.GetValueOrDefault(SiloFigures.MemoryAvailableBytes));
        return (ProcessorWeight * figures.GetValueOrDefault(SiloFigures.ProcessorPercent) / 100)
            + (MemoryWeight * memory / Math.Max(1, memory + available))
            + (ActivationWeight * figures.GetValueOrDefault(SiloFigures.Activations) / activationsMost);
    }
}

/// <summary>A silo whose role is the grain's key.</summary>
internal sealed class SiloRoleBasedPlacementDirector(Random random, Silo silo) : IPlacementDirector
{
    public Task<SiloAddress> OnAddActivation(PlacementStrategy strategy, PlacementTarget target, IPlacementContext context)
    {
        var role = target.GrainIdentity.Key.ToString();
        var silos = context.GetCompatibleSilos(target).Where(address => silo.View.Find(address)?.Role == role).ToArray();
        return silos.Length == 0
            ? throw new OrleansException($"No silo has the role '{role}'.")
            : Task.FromResult(silos[random.Next(silos.Length)]);
    }
}

/// <summary>Only silos whose metadata equal the calling silo's in every key.</summary>
internal sealed class RequiredMatchSiloMetadataFilterDirector(Silo silo, ISiloMetadataCache cache) : IPlacementFilterDirector
{
    public IEnumerable<SiloAddress> Filter(PlacementFilterStrategy filterStrategy, PlacementTarget target, IEnumerable<SiloAddress> silos)
    {
        var keys = ((RequiredMatchSiloMetadataPlacementFilterStrategy)filterStrategy).MetadataKeys;
        var own = cache.GetSiloMetadata(silo.Address).Metadata;
        return silos.Where(address => keys.All(key => own.GetValueOrDefault(key) == cache.GetSiloMetadata(address).Metadata.GetValueOrDefault(key)));
    }
}

/// <summary>Silos that match in as many keys as leave enough candidates; the first keys are given up first.</summary>
internal sealed class PreferredMatchSiloMetadataFilterDirector(Silo silo, ISiloMetadataCache cache) : IPlacementFilterDirector
{
    public IEnumerable<SiloAddress> Filter(PlacementFilterStrategy filterStrategy, PlacementTarget target, IEnumerable<SiloAddress> silos)
    {
        var strategy = (PreferredMatchSiloMetadataPlacementFilterStrategy)filterStrategy;
        var own = cache.GetSiloMetadata(silo.Address).Metadata;
        var all = silos.ToArray();
        for (var given = 0; given < strategy.OrderedMetadataKeys.Length; given++)
        {
            var keys = strategy.OrderedMetadataKeys[given..];
            var matching = all.Where(address => keys.All(key => own.GetValueOrDefault(key) == cache.GetSiloMetadata(address).Metadata.GetValueOrDefault(key))).ToArray();
            if (matching.Length >= Math.Min(strategy.MinCandidates, all.Length))
                return matching;
        }

        return all;
    }
}
