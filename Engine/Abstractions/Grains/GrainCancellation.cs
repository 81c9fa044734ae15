namespace Orleans;

/// <summary>
/// A cancellation that can be handed to grains; new code uses <see cref="System.Threading.CancellationToken"/> parameters. Other than those it only tells: the caller goes on
/// waiting for what the callee answers.
/// </summary>
/// <remarks>It reaches a callee while the call that carried it is under way. One that is part of another argument says only whether it was cancelled when it was sent.</remarks>
public sealed class GrainCancellationToken : IDisposable
{
    private readonly CancellationTokenSource _source;

    internal GrainCancellationToken()
    {
        _source = new CancellationTokenSource();
        CancellationToken = _source.Token;
    }

    /// <summary>For generated code: a token that a call carries.</summary>
    public GrainCancellationToken(CancellationToken cancellationToken) => CancellationToken = cancellationToken;

    public CancellationToken CancellationToken { get; }
    internal void Cancel() => _source?.Cancel();
    public void Dispose() => _source?.Dispose();
}

/// <summary>Signals a <see cref="GrainCancellationToken"/>.</summary>
public sealed class GrainCancellationTokenSource : IDisposable
{
    public GrainCancellationToken Token { get; } = new();
    public bool IsCancellationRequested => Token.CancellationToken.IsCancellationRequested;

    /// <summary>Tells every callee; ends when they have been sent word.</summary>
    public Task Cancel()
    {
        Token.Cancel();
        return Task.CompletedTask;
    }

    public void Dispose() => Token.Dispose();
}
