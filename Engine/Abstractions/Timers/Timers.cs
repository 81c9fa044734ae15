namespace Orleans.Runtime
{
    /// <summary>A timer of a grain: ends with its activation.</summary>
    public interface IGrainTimer : IDisposable
    {
        void Change(TimeSpan dueTime, TimeSpan period);
    }

    /// <summary>How a grain timer behaves.</summary>
    public struct GrainTimerCreationOptions(TimeSpan dueTime, TimeSpan period)
    {
        public TimeSpan DueTime { get; set; } = dueTime;
        public TimeSpan Period { get; set; } = period;

        /// <summary>Whether ticks run beside calls of the grain.</summary>
        public bool Interleave { get; set; }

        /// <summary>Whether ticks keep the activation from being collected as idle.</summary>
        public bool KeepAlive { get; set; }
    }
}

namespace Orleans.Timers
{
    /// <summary>Makes timers for grains.</summary>
    public interface ITimerRegistry
    {
        IDisposable RegisterTimer(IGrainContext grainContext, Func<object, Task> callback, object state, TimeSpan dueTime, TimeSpan period);
        IGrainTimer RegisterGrainTimer<TState>(IGrainContext grainContext, Func<TState, CancellationToken, Task> callback, TState state, GrainTimerCreationOptions options);
    }
}
