namespace Nsn.Engine.Runtime.Scheduling;

/// <summary>Runs turns: on the thread pool in production, in one thread and a chosen order in simulation.</summary>
public interface ITurnScheduler
{
    void Schedule(IThreadPoolWorkItem item);
}
