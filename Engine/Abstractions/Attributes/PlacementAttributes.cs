using Orleans.Metadata;
using Orleans.Placement;
using Orleans.Runtime;

namespace Orleans.Runtime
{
    /// <summary>How a silo is chosen for a new activation: data only, a director decides.</summary>
    public abstract class PlacementStrategy
    {
        public virtual bool IsUsingGrainDirectory => true;

        public virtual void Initialize(GrainProperties properties)
        {
        }

        public virtual void PopulateGrainProperties(IServiceProvider services, Type grainClass, GrainType grainType, Dictionary<string, string> properties)
        {
        }
    }

    /// <summary>Any silo.</summary>
    public sealed class RandomPlacement : PlacementStrategy;

    /// <summary>The caller's silo when it can host the grain, else any.</summary>
    public sealed class PreferLocalPlacement : PlacementStrategy;

    /// <summary>The silo that the grain id hashes to.</summary>
    public sealed class HashBasedPlacement : PlacementStrategy;

    /// <summary>The less loaded of two random silos, by activations.</summary>
    public sealed class ActivationCountBasedPlacement : PlacementStrategy;

    /// <summary>The less loaded of two random silos, by processor, memory and activations.</summary>
    public sealed class ResourceOptimizedPlacement : PlacementStrategy;

    /// <summary>A silo whose role is the grain's key.</summary>
    public sealed class SiloRoleBasedPlacement : PlacementStrategy;

    /// <summary>Up to a number of activations on each silo, outside the directory.</summary>
    public sealed class StatelessWorkerPlacement(int maxLocal) : PlacementStrategy
    {
        public int MaxLocal { get; } = maxLocal > 0 ? maxLocal : Environment.ProcessorCount;
        public override bool IsUsingGrainDirectory => false;
    }
}

namespace Orleans.Placement
{
    /// <summary>Base of attributes that choose a placement strategy.</summary>
    [AttributeUsage(AttributeTargets.Class)]
    public abstract class PlacementAttribute : Attribute, IGrainPropertiesProviderAttribute
    {
        protected PlacementAttribute(PlacementStrategy placement) => PlacementStrategy = placement;
        public PlacementStrategy PlacementStrategy { get; }

        public virtual void Populate(IServiceProvider services, Type grainClass, GrainType grainType, Dictionary<string, string> properties) =>
            PlacementStrategy.PopulateGrainProperties(services, grainClass, grainType, properties);
    }

    /// <summary>Places at random.</summary>
    [AttributeUsage(AttributeTargets.Class)]
    public sealed class RandomPlacementAttribute() : PlacementAttribute(new RandomPlacement());

    /// <summary>Places on the caller's silo.</summary>
    [AttributeUsage(AttributeTargets.Class)]
    public sealed class PreferLocalPlacementAttribute() : PlacementAttribute(new PreferLocalPlacement());

    /// <summary>Places by the grain id's hash.</summary>
    [AttributeUsage(AttributeTargets.Class)]
    public sealed class HashBasedPlacementAttribute() : PlacementAttribute(new HashBasedPlacement());

    /// <summary>Places by activation count.</summary>
    [AttributeUsage(AttributeTargets.Class)]
    public sealed class ActivationCountBasedPlacementAttribute() : PlacementAttribute(new ActivationCountBasedPlacement());

    /// <summary>Places by load.</summary>
    [AttributeUsage(AttributeTargets.Class)]
    public sealed class ResourceOptimizedPlacementAttribute() : PlacementAttribute(new ResourceOptimizedPlacement());

    /// <summary>Places by silo role.</summary>
    [AttributeUsage(AttributeTargets.Class)]
    public sealed class SiloRoleBasedPlacementAttribute() : PlacementAttribute(new SiloRoleBasedPlacement());

    /// <summary>Narrows the silos that placement may choose from: data only, a filter director decides.</summary>
    public abstract class PlacementFilterStrategy(int order)
    {
        public int Order { get; } = order;
        public void Initialize(GrainProperties properties) => AdditionalInitialize(properties);

        public virtual void AdditionalInitialize(GrainProperties properties)
        {
        }

        public void PopulateGrainProperties(IServiceProvider services, Type grainClass, GrainType grainType, Dictionary<string, string> properties)
        {
            foreach (var (key, value) in GetAdditionalGrainProperties(services, grainClass, grainType, properties))
                properties[$"placement-filter.{GetType().Name}.{key}"] = value;
        }

        protected string GetPlacementFilterGrainProperty(string key, GrainProperties properties) =>
            properties.Properties.TryGetValue($"placement-filter.{GetType().Name}.{key}", out var value) ? value : null;

        protected virtual IEnumerable<KeyValuePair<string, string>> GetAdditionalGrainProperties(IServiceProvider services, Type grainClass, GrainType grainType, IReadOnlyDictionary<string, string> existingProperties) => [];
    }

    /// <summary>Base of attributes that narrow the silos a grain class may be placed on.</summary>
    [AttributeUsage(AttributeTargets.Class, AllowMultiple = true)]
    public abstract class PlacementFilterAttribute : Attribute, IGrainPropertiesProviderAttribute
    {
        protected PlacementFilterAttribute(PlacementFilterStrategy placement) => PlacementFilterStrategy = placement;
        public PlacementFilterStrategy PlacementFilterStrategy { get; }

        public virtual void Populate(IServiceProvider services, Type grainClass, GrainType grainType, Dictionary<string, string> properties) =>
            PlacementFilterStrategy.PopulateGrainProperties(services, grainClass, grainType, properties);
    }
}

namespace Orleans.Runtime.Placement.Filtering
{
    /// <summary>Only silos whose metadata equal the calling silo's in every key.</summary>
    public class RequiredMatchSiloMetadataPlacementFilterStrategy(string[] metadataKeys, int order) : PlacementFilterStrategy(order)
    {
        public string[] MetadataKeys { get; } = metadataKeys;
    }

    /// <summary>Silos whose metadata match the calling silo's in as many keys as possible, the last key being given up last.</summary>
    public class PreferredMatchSiloMetadataPlacementFilterStrategy(string[] orderedMetadataKeys, int minCandidates, int order) : PlacementFilterStrategy(order)
    {
        public string[] OrderedMetadataKeys { get; } = orderedMetadataKeys;
        public int MinCandidates { get; } = minCandidates;
    }

    /// <summary>Requires matching silo metadata.</summary>
    [AttributeUsage(AttributeTargets.Class)]
    public class RequiredMatchSiloMetadataPlacementFilterAttribute(string[] metadataKeys, int order = 0)
        : PlacementFilterAttribute(new RequiredMatchSiloMetadataPlacementFilterStrategy(metadataKeys, order));

    /// <summary>Prefers matching silo metadata.</summary>
    [AttributeUsage(AttributeTargets.Class)]
    public class PreferredMatchSiloMetadataPlacementFilterAttribute(string[] orderedMetadataKeys, int minCandidates = 2, int order = 0)
        : PlacementFilterAttribute(new PreferredMatchSiloMetadataPlacementFilterStrategy(orderedMetadataKeys, minCandidates, order));
}
