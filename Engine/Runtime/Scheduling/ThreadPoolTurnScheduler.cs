namespace Nsn.Engine.Runtime.Scheduling;

/// <summary>Turns on the thread pool; a turn that causes another runs it next on the same thread where it can.</summary>
public sealed class ThreadPoolTurnScheduler : ITurnScheduler
{
    public void Schedule(IThreadPoolWorkItem item) => ThreadPool.UnsafeQueueUserWorkItem(item, preferLocal: true);
}
