namespace Orleans;

/// <summary>A cancellation that can be handed to grains; new code uses <see cref="System.Threading.CancellationToken"/> parameters.</summary>
public sealed class GrainCancellationToken : IDisposable
{
    private readonly CancellationTokenSource _source = new();
    public CancellationToken CancellationToken => _source.Token;
    internal void Cancel() => _source.Cancel();
    public void Dispose() => _source.Dispose();
}

/// <summary>Signals a <see cref="GrainCancellationToken"/>.</summary>
public sealed class GrainCancellationTokenSource : IDisposable
{
    public GrainCancellationToken Token { get; } = new();
    public bool IsCancellationRequested => Token.CancellationToken.IsCancellationRequested;

    public Task Cancel()
    {
        Token.Cancel();
        return Task.CompletedTask;
    }

    public void Dispose() => Token.Dispose();
}
