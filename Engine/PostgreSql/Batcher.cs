using System.Threading.Channels;

namespace Nsn.Engine.PostgreSql;

/// <summary>Gathers requests that come at the same time into one statement, so that many callers share a commit.</summary>
/// <typeparam name="TRequest">What is asked.</typeparam>
/// <typeparam name="TResult">What is answered.</typeparam>
internal sealed class Batcher<TRequest, TResult>
{
    private readonly Channel<Pending> _queue = Channel.CreateBounded<Pending>(new BoundedChannelOptions(100_000));
    private readonly Func<IReadOnlyList<TRequest>, Task<TResult[]>> _execute;
    private readonly Func<TRequest, object>? _key;
    private readonly int _sizeMax;

    /// <param name="execute">Answers a batch, in its order.</param>
    /// <param name="key">Requests with the same key never share a batch; null where all may.</param>
    /// <param name="sizeMax">The most requests in a batch.</param>
    /// <param name="workers">How many batches may be under way.</param>
    public Batcher(Func<IReadOnlyList<TRequest>, Task<TResult[]>> execute, Func<TRequest, object>? key, int sizeMax = 512, int workers = 2)
    {
        _execute = execute;
        _key = key;
        _sizeMax = sizeMax;
        for (var i = 0; i < workers; i++)
            _ = Task.Run(WorkAsync);
    }

    public Task<TResult> AskAsync(TRequest request)
    {
        var pending = new Pending(request);
        return _queue.Writer.TryWrite(pending) ? pending.Task : throw new LimitExceededException("The database has too many requests waiting.");
    }

    private async Task WorkAsync()
    {
        var batch = new List<Pending>(_sizeMax);
        var keys = new HashSet<object>();
        Pending? held = null;
        while (held is not null || await _queue.Reader.WaitToReadAsync())
        {
            if (held is not null)
                Add(held);
            held = null;
            while (batch.Count < _sizeMax && _queue.Reader.TryRead(out var next))
            {
                if (_key is not null && !keys.Add(_key(next.Request)))
                {
                    held = next;
                    break;
                }

                batch.Add(next);
            }

            if (batch.Count > 0)
                await ExecuteAsync(batch);
            batch.Clear();
            keys.Clear();
        }

        void Add(Pending pending)
        {
            if (_key is not null)
                keys.Add(_key(pending.Request));
            batch.Add(pending);
        }
    }

    private async Task ExecuteAsync(List<Pending> batch)
    {
        try
        {
            var results = await _execute(batch.ConvertAll(pending => pending.Request));
            for (var i = 0; i < batch.Count; i++)
                batch[i].TrySetResult(results[i]);
        }
        catch (Npgsql.PostgresException) when (batch.Count > 1)
        {
            // One request that the database refuses must not fail its neighbours.
            foreach (var pending in batch)
                await ExecuteAsync([pending]);
        }
        catch (Exception exception)
        {
            foreach (var pending in batch)
                pending.TrySetException(exception);
        }
    }

    private sealed class Pending(TRequest request) : TaskCompletionSource<TResult>(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        public TRequest Request => request;
    }
}
