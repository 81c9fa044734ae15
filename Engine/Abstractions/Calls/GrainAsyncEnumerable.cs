namespace Nsn.Engine.Calls;

/// <summary>A grain's sequence as its caller sees it: enumerating it asks the grain for batches.</summary>
/// <typeparam name="T">The items.</typeparam>
public sealed class GrainAsyncEnumerable<T>(GrainReference reference, EnumerableCall<T> call) : IAsyncEnumerable<T>
{
    /// <summary>How many items one answer may carry.</summary>
    public int MaxBatchSize { get; set; } = 100;

    public async IAsyncEnumerator<T> GetAsyncEnumerator(CancellationToken cancellationToken = default)
    {
        var extension = reference.Cast<IEnumerationExtension>();
        var id = Guid.NewGuid();
        var source = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, call.GetCancellationToken());
        call.SetCancellationToken(CancellationToken.None);
        var finished = false;
        try
        {
            var batch = await extension.Start(id, call, MaxBatchSize, source.Token);
            while (true)
            {
                if (batch.Items is { } items)
                {
                    foreach (var item in items)
                        yield return (T)item;
                }

                if (batch.Completed)
                {
                    finished = true;
                    yield break;
                }

                source.Token.ThrowIfCancellationRequested();
                batch = await extension.MoveNext(id, MaxBatchSize, source.Token);
            }
        }
        finally
        {
            source.Dispose();
            if (!finished)
                await extension.DisposeEnumeration(id);
        }
    }
}
