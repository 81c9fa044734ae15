namespace Orleans;

/// <summary>What to do with tasks that nobody awaits.</summary>
public static class PublicOrleansTaskExtensions
{
    /// <summary>Observes the failure of a task that nobody awaits, so that it is not reported as unobserved.</summary>
    public static void Ignore(this Task task)
    {
        if (task.IsCompleted)
            _ = task.Exception;
        else
            _ = task.ContinueWith(static ended => _ = ended.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }
}
