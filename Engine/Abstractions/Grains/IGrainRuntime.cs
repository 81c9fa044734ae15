using Orleans.Core;
using Orleans.Timers;

namespace Orleans.Runtime;

/// <summary>What the silo offers to grains.</summary>
public interface IGrainRuntime
{
    string SiloIdentity { get; }
    SiloAddress SiloAddress { get; }
    IGrainFactory GrainFactory { get; }
    ITimerRegistry TimerRegistry { get; }
    IServiceProvider ServiceProvider { get; }
    TimeProvider TimeProvider { get; }
    void DeactivateOnIdle(IGrainContext grainContext);
    void DelayDeactivation(IGrainContext grainContext, TimeSpan timeSpan);
    IStorage<TGrainState> GetStorage<TGrainState>(IGrainContext grainContext);
}

/// <summary>What a silo says of itself.</summary>
public interface ILocalSiloDetails
{
    string Name { get; }
    string ClusterId { get; }
    string DnsHostName { get; }
    SiloAddress SiloAddress { get; }
    SiloAddress GatewayAddress { get; }
}
