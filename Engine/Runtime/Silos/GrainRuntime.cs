using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Nsn.Engine.Runtime.Activations;
using Nsn.Engine.Runtime.State;
using Orleans.Core;
using Orleans.Providers;
using Orleans.Timers;

namespace Nsn.Engine.Runtime.Silos;

/// <summary>What the silo offers to grains.</summary>
internal sealed class GrainRuntime(Silo silo, IGrainFactory grainFactory, ITimerRegistry timerRegistry) : IGrainRuntime
{
    public string SiloIdentity => silo.Address.ToString();
    public SiloAddress SiloAddress => silo.Address;
    public IGrainFactory GrainFactory => grainFactory;
    public ITimerRegistry TimerRegistry => timerRegistry;
    public IServiceProvider ServiceProvider => silo.Services;
    public TimeProvider TimeProvider => silo.TimeProvider;

    public void DeactivateOnIdle(IGrainContext grainContext) =>
        grainContext.Deactivate(new DeactivationReason(DeactivationReasonCode.ApplicationRequested, $"{nameof(DeactivateOnIdle)} was called."));

    public void DelayDeactivation(IGrainContext grainContext, TimeSpan timeSpan) => ((Activation)grainContext).KeepAliveFor(timeSpan);

    public IStorage<TGrainState> GetStorage<TGrainState>(IGrainContext grainContext)
    {
        var activation = (Activation)grainContext;
        var provider = activation.Class.Type.GetCustomAttribute<StorageProviderAttribute>(true)?.ProviderName;
        return new PersistentState<TGrainState>(activation, activation.Class.Type.FullName!, provider, subscribe: false);
    }
}
