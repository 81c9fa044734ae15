using Nsn.Engine.Runtime.Transport;

namespace Nsn.Engine.Runtime.Scheduling;

/// <summary>Turns on the thread pool, or on the thread that has read the frame that causes one; a turn that causes another runs it next on the same thread where it can.</summary>
public sealed class ThreadPoolTurnScheduler : ITurnScheduler
{
    public void Schedule(IThreadPoolWorkItem item)
    {
        if (ReaderTurns.Current is { } reader)
            reader.Add(item);
        else
            ThreadPool.UnsafeQueueUserWorkItem(item, preferLocal: true);
    }
}
