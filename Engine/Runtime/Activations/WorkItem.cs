namespace Nsn.Engine.Runtime.Activations;

/// <summary>A continuation or action that waits for its turn.</summary>
internal sealed class WorkItem(SendOrPostCallback callback, object? state)
{
    public WorkItem? Next { get; set; }
    public void Run() => callback(state);
}
