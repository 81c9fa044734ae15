namespace Nsn.Vortex.Pipeline;

/// <summary>Keeps a pack from being evicted while it is used.</summary>
public sealed class ClipPipelineLease : IDisposable
{
    private Action? _release;

    internal ClipPipelineLease(ClipPipeline pipeline, Action release)
    {
        Pipeline = pipeline;
        _release = release;
    }

    /// <summary>The pipeline; not to be disposed by the holder of the lease.</summary>
    public ClipPipeline Pipeline { get; }

    /// <summary>Gives the pack free for eviction.</summary>
    public void Dispose() => Interlocked.Exchange(ref _release, null)?.Invoke();
}
