using Nsn.Engine.Runtime.Activations;
using Orleans.Timers;

namespace Nsn.Engine.Runtime.Timers;

/// <summary>Makes timers for grains.</summary>
internal sealed class TimerRegistry : ITimerRegistry
{
    public IDisposable RegisterTimer(IGrainContext grainContext, Func<object, Task> callback, object state, TimeSpan dueTime, TimeSpan period) =>
        new GrainTimer((Activation)grainContext, _ => callback(state), new GrainTimerCreationOptions(dueTime, period) { Interleave = true });

    public IGrainTimer RegisterGrainTimer<TState>(IGrainContext grainContext, Func<TState, CancellationToken, Task> callback, TState state, GrainTimerCreationOptions options) =>
        new GrainTimer((Activation)grainContext, token => callback(state, token), options);
}
