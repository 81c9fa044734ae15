using Microsoft.Extensions.DependencyInjection;
using Orleans.Core;
using Orleans.Timers;

namespace Orleans;

/// <summary>Base class of grains.</summary>
public abstract class Grain : IGrainBase, IAddressable
{
    private IGrainRuntime _runtime;

    protected Grain()
        : this(RuntimeContext.Current, null)
    {
    }

    protected Grain(IGrainContext grainContext, IGrainRuntime grainRuntime = null)
    {
        GrainContext = grainContext;
        _runtime = grainRuntime;
    }

    public IGrainContext GrainContext { get; }
    public GrainReference GrainReference => GrainContext.GrainReference;
    internal IGrainRuntime Runtime => _runtime ??= GrainContext.ActivationServices.GetRequiredService<IGrainRuntime>();
    protected IGrainFactory GrainFactory => Runtime.GrainFactory;
    protected internal IServiceProvider ServiceProvider => GrainContext?.ActivationServices ?? Runtime.ServiceProvider;
    public string IdentityString => GrainContext?.GrainId.ToString() ?? string.Empty;
    public string RuntimeIdentity => Runtime.SiloIdentity;

    protected IDisposable RegisterTimer(Func<object, Task> callback, object state, TimeSpan dueTime, TimeSpan period) =>
        Runtime.TimerRegistry.RegisterTimer(GrainContext, callback, state, dueTime, period);

    protected void DeactivateOnIdle() => Runtime.DeactivateOnIdle(GrainContext);
    protected void MigrateOnIdle() => GrainContext.Migrate(RequestContext.CallContextData);
    protected void DelayDeactivation(TimeSpan timeSpan) => Runtime.DelayDeactivation(GrainContext, timeSpan);
    public virtual Task OnActivateAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    public virtual Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken) => Task.CompletedTask;
}

/// <summary>Base class of grains with one state, kept in the default or the named storage provider.</summary>
public class Grain<TGrainState> : Grain, ILifecycleParticipant<IGrainLifecycle>
{
    private IStorage<TGrainState> _storage;

    protected Grain()
    {
    }

    protected Grain(IStorage<TGrainState> storage) => _storage = storage;

    protected TGrainState State
    {
        get => _storage.State;
        set => _storage.State = value;
    }

    protected virtual Task ClearStateAsync() => _storage.ClearStateAsync();
    protected virtual Task WriteStateAsync() => _storage.WriteStateAsync();
    protected virtual Task ReadStateAsync() => _storage.ReadStateAsync();

    void ILifecycleParticipant<IGrainLifecycle>.Participate(IGrainLifecycle lifecycle) =>
        lifecycle.Subscribe("state", GrainLifecycleStage.SetupState, new Setup(this));

    private sealed class Setup(Grain<TGrainState> grain) : ILifecycleObserver
    {
        public Task OnStart(CancellationToken cancellationToken = default)
        {
            grain._storage ??= grain.Runtime.GetStorage<TGrainState>(grain.GrainContext);
            return grain.ReadStateAsync();
        }

        public Task OnStop(CancellationToken cancellationToken = default) => Task.CompletedTask;
    }
}
