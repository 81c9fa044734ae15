using Orleans.Serialization.Invocation;

namespace Orleans.Runtime;

/// <summary>An activation as its grain and the runtime see it.</summary>
public interface IGrainContext : ITargetHolder, IEquatable<IGrainContext>
{
    GrainReference GrainReference { get; }
    GrainId GrainId { get; }
    object GrainInstance { get; }
    ActivationId ActivationId { get; }
    GrainAddress Address { get; }
    IServiceProvider ActivationServices { get; }
    IGrainLifecycle ObservableLifecycle { get; }
    IWorkItemScheduler Scheduler { get; }
    Task Deactivated { get; }

    void SetComponent<TComponent>(TComponent value)
        where TComponent : class;

    void ReceiveMessage(object message);
    void Activate(Dictionary<string, object> requestContext, CancellationToken cancellationToken = default);
    void Deactivate(DeactivationReason deactivationReason, CancellationToken cancellationToken = default);
    void Rehydrate(IRehydrationContext context);
    void Migrate(Dictionary<string, object> requestContext, CancellationToken cancellationToken = default);
}

/// <summary>Gives the context of the grain whose code runs.</summary>
public interface IGrainContextAccessor
{
    IGrainContext GrainContext { get; }
}

/// <summary>State that a migrating grain brings along.</summary>
public interface IRehydrationContext
{
    IEnumerable<string> Keys { get; }
    bool TryGetBytes(string key, out ReadOnlyMemory<byte> value);
    bool TryGetValue<T>(string key, out T value);
}

/// <summary>State that a migrating grain leaves with.</summary>
public interface IDehydrationContext
{
    IEnumerable<string> Keys { get; }
    void AddBytes(string key, ReadOnlySpan<byte> value);
    bool TryAddValue<T>(string key, T value);
}

/// <summary>Takes part in migration. The embedded engine moves grains by ending and starting them, so it never asks.</summary>
public interface IGrainMigrationParticipant
{
    void OnDehydrate(IDehydrationContext dehydrationContext);
    void OnRehydrate(IRehydrationContext rehydrationContext);
}

/// <summary>Queues work to run within an activation's turns.</summary>
public interface IWorkItemScheduler
{
    void QueueAction(Action action);
    void QueueTask(Task task);
    void QueueWorkItem(IThreadPoolWorkItem workItem);
}
