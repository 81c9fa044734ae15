using System.Collections.Immutable;
using System.Reflection;
using Nsn.Engine.Runtime.Activations;
using Orleans.Concurrency;
using Orleans.Metadata;
using Orleans.Placement;
using Orleans.Serialization.Invocation;

namespace Nsn.Engine.Runtime.Grains;

/// <summary>A grain class and all that its attributes say, read once.</summary>
internal sealed class GrainClass
{
    private readonly GrainActivator? _activator;

    public GrainClass(GrainType grainType, Type type, IServiceProvider services)
    {
        GrainType = grainType;
        Type = type;
        Interfaces = [.. type.GetInterfaces().Where(TypeManifest.Current.IsInterface)];
        PrimaryInterface = Interfaces.FirstOrDefault(candidate => candidate != typeof(IRemindable)) ?? typeof(IAddressable);
        IsReentrant = type.IsDefined(typeof(ReentrantAttribute), true);
        Placement = type.GetCustomAttribute<PlacementAttribute>(true)?.PlacementStrategy;
        Filters = [.. type.GetCustomAttributes<PlacementFilterAttribute>(true).Select(attribute => attribute.PlacementFilterStrategy).OrderBy(filter => filter.Order)];
        if (type.GetCustomAttribute<CollectionAgeLimitAttribute>(true) is { } limit)
            CollectionAge = limit.AgeLimit;
        if (type.IsDefined(typeof(KeepAliveAttribute), true))
            CollectionAge = TimeSpan.MaxValue;
        if (type.GetCustomAttribute<MayInterleaveAttribute>(true) is { } interleave)
            MayInterleave = Predicate(type, interleave.CallbackMethodName);
        var properties = new Dictionary<string, string>();
        foreach (var attribute in type.GetCustomAttributes(true).OfType<IGrainPropertiesProviderAttribute>())
            attribute.Populate(services, type, grainType, properties);
        Properties = new GrainProperties(properties.ToImmutableDictionary());
        foreach (var filter in Filters)
            filter.Initialize(Properties);
        Placement?.Initialize(Properties);
        _activator = new GrainActivator(type);
    }

    /// <summary>A class for objects that exist already: observers.</summary>
    public GrainClass(GrainType grainType, Type primaryInterface)
    {
        GrainType = grainType;
        Type = primaryInterface;
        PrimaryInterface = primaryInterface;
        Interfaces = [primaryInterface];
        Filters = [];
        UsesDirectory = false;
        CollectionAge = TimeSpan.MaxValue;
        Properties = new GrainProperties(ImmutableDictionary<string, string>.Empty);
    }

    public GrainType GrainType { get; }
    public Type Type { get; }
    public Type PrimaryInterface { get; }
    public Type[] Interfaces { get; }
    public bool IsReentrant { get; }
    public Func<object, IInvokable, bool>? MayInterleave { get; }
    public PlacementStrategy? Placement { get; }
    public PlacementFilterStrategy[] Filters { get; }
    public TimeSpan? CollectionAge { get; }
    public GrainProperties Properties { get; }
    public int LocalWorkersMax => Placement is StatelessWorkerPlacement workers ? workers.MaxLocal : 0;
    public bool UsesDirectory { get => field && Placement?.IsUsingGrainDirectory != false; } = true;

    public object Create(Activation activation) => _activator!.Create(activation);

    private static Func<object, IInvokable, bool> Predicate(Type type, string name)
    {
        var method = type.GetMethod(name, BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance | BindingFlags.FlattenHierarchy, [typeof(IInvokable)])
            ?? throw new InvalidOperationException($"{type} names {name} in [MayInterleave], but has no method bool {name}(IInvokable).");
        var invoker = MethodInvoker.Create(method);
        return method.IsStatic
            ? (_, call) => (bool)invoker.Invoke(null, call)!
            : (grain, call) => (bool)invoker.Invoke(grain, call)!;
    }
}
