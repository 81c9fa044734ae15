using Nsn.Engine.Runtime.Grains;
using Nsn.Engine.Runtime.Silos;
using Orleans.Serialization.Invocation;

namespace Nsn.Engine.Runtime.Activations;

/// <summary>
/// One activation of a grain: its instance, its queue, and the rule that one turn runs at a time.
/// </summary>
/// <remarks>
/// It is its own <see cref="SynchronizationContext"/>, so that what follows an await in grain code comes back as a work item, and its own
/// thread-pool work item, so that scheduling it allocates nothing. Split by topic: this file is identity and context,
/// <c>Activation.Turns.cs</c> the queue and the turns, <c>Activation.Lifecycle.cs</c> the beginning and the end.
/// </remarks>
internal sealed partial class Activation : SynchronizationContext, IGrainContext, IThreadPoolWorkItem, ICallOwner, RequestContext.ICallChainReentrant, IWorkItemScheduler
{
    private readonly Node _node;
    private readonly IdSpan _key;
    private ActivationExtras? _extras;
    private GrainReference? _reference;

    public Activation(Node node, GrainClass grainClass, IdSpan key)
    {
        _node = node;
        Class = grainClass;
        _key = key;
        LastUsed = node.Now;
    }

    public GrainClass Class { get; }
    public object? GrainInstance { get; private set; }
    public GrainId GrainId => new(Class.GrainType, _key);
    public long LastUsed { get; private set; }
    public ActivationId ActivationId => Extras.Address?.ActivationId ?? default;
    public long Epoch => _extras?.Address?.Epoch ?? 0;

    public GrainAddress Address
    {
        get => Extras.Address ??= new GrainAddress { GrainId = GrainId, SiloAddress = _node.Address, ActivationId = ActivationId.NewId() };
        set => Extras.Address = value;
    }

    public GrainReference GrainReference => _reference ??= _node.References.Create(GrainId, Class.PrimaryInterface);
    public IServiceProvider ActivationServices => _node.Services;
    public IGrainLifecycle ObservableLifecycle => Extras.Lifecycle ??= new GrainLifecycle();
    public IWorkItemScheduler Scheduler => this;
    public Task Deactivated => Extras.Deactivated.Task;
    internal ActivationExtras Extras => _extras ?? Interlocked.CompareExchange(ref _extras, new ActivationExtras(), null) ?? _extras;
    internal Node Node => _node;

    public object GetTarget() => GrainInstance!;

    public object GetComponent(Type componentType) =>
        _extras?.Components?.GetValueOrDefault(componentType) ?? (componentType.IsInstanceOfType(GrainInstance) ? GrainInstance! : null!);

    public void SetComponent<TComponent>(TComponent value)
        where TComponent : class => (Extras.Components ??= [])[typeof(TComponent)] = value;

    /// <summary>What answers a call: the grain itself, or an extension that the runtime adds to it.</summary>
    private object TargetOf(Call call)
    {
        var instance = GrainInstance!;
        if (instance is WeakReference observer)
            return observer.Target ?? throw new ClientNotAvailableException(GrainId);
        var type = call.GetInterfaceType();
        if (!typeof(IGrainExtension).IsAssignableFrom(type) || type.IsInstanceOfType(instance))
            return instance;
        return GetComponent(type) ?? _node.CreateExtension(type, this)
            ?? throw new GrainExtensionNotInstalledException($"{GrainId} has no extension {type}.");
    }

    public void ReceiveMessage(object message) => Enqueue((Call)message);
    public void Rehydrate(IRehydrationContext context)
    {
    }

    /// <summary>The engine moves a grain by ending the activation; the next call places it anew.</summary>
    public void Migrate(Dictionary<string, object> requestContext, CancellationToken cancellationToken = default) =>
        Deactivate(new DeactivationReason(DeactivationReasonCode.Migrating, "Migration was requested."), cancellationToken);

    public bool Equals(IGrainContext? other) => ReferenceEquals(this, other);
    public override SynchronizationContext CreateCopy() => this;
    public override string ToString() => $"[{GrainId} {_state}]";
}
