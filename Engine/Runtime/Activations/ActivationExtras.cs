using Nsn.Engine.Runtime.Grains;

namespace Nsn.Engine.Runtime.Activations;

/// <summary>What only some activations need, kept apart so that an idle one stays small.</summary>
internal sealed class ActivationExtras
{
    private TaskCompletionSource? _deactivated;
    public GrainAddress? Address { get; set; }
    public GrainLifecycle? Lifecycle { get; set; }
    public Dictionary<Type, object>? Components { get; set; }
    public HashSet<IDisposable>? Timers { get; set; }
    public List<Guid>? ReentrantSections { get; set; }
    public DeactivationReason Reason { get; set; }
    public TaskCompletionSource Deactivated => _deactivated ?? Interlocked.CompareExchange(ref _deactivated, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously), null) ?? _deactivated;
    public void SignalDeactivated() => Deactivated.TrySetResult();
}
