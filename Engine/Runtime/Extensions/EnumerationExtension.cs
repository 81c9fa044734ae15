using Nsn.Engine.Runtime.Activations;
using Nsn.Engine.Runtime.Timers;

namespace Nsn.Engine.Runtime.Extensions;

/// <summary>Runs sequences of a grain for callers who enumerate them. A sequence that is not asked for within the response time-out is ended.</summary>
internal sealed class EnumerationExtension(Activation activation) : IEnumerationExtension
{
    private static readonly TimeSpan s_keepAlive = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan s_watchPeriodMax = TimeSpan.FromHours(1);
    private readonly Dictionary<Guid, Enumeration> _running = [];
    private GrainTimer? _watch;

    public ValueTask<EnumerationBatch> Start(Guid id, Call request, int maxItems, CancellationToken cancellationToken)
    {
        var enumeration = EnumerationStarter.Start(request, activation.GrainInstance!, new CancellationTokenSource());
        _running[id] = enumeration;
        var period = activation.Node.ResponseTimeout < s_watchPeriodMax ? activation.Node.ResponseTimeout : s_watchPeriodMax;
        _watch ??= new GrainTimer(activation, _ => EndAbandoned(), new GrainTimerCreationOptions(period, period) { Interleave = true });
        return Next(id, enumeration, maxItems, cancellationToken);
    }

    public ValueTask<EnumerationBatch> MoveNext(Guid id, int maxItems, CancellationToken cancellationToken) => _running.TryGetValue(id, out var enumeration)
        ? Next(id, enumeration, maxItems, cancellationToken)
        : throw new InvalidOperationException($"The enumeration is not running at {activation.GrainId}: its activation ended or its caller waited too long.");

    public async ValueTask DisposeEnumeration(Guid id)
    {
        if (_running.Remove(id, out var enumeration))
            await enumeration.DisposeAsync();
    }

    /// <summary>The grain ends: who produces items for nobody hears of it.</summary>
    public void StopAll()
    {
        foreach (var id in _running.Keys.ToArray())
            End(id);
    }

    private async ValueTask<EnumerationBatch> Next(Guid id, Enumeration enumeration, int maxItems, CancellationToken cancellationToken)
    {
        activation.KeepAliveAtLeast(s_keepAlive);
        enumeration.Asking++;
        try
        {
            using var registration = cancellationToken.UnsafeRegister(static state => ((CancellationTokenSource)state!).Cancel(), enumeration.Stop);
            return await TakeBatchAsync(id, enumeration, maxItems, cancellationToken);
        }
        catch
        {
            End(id);
            throw;
        }
        finally
        {
            enumeration.Asking--;
            enumeration.LastAsked = activation.Node.Now;
        }
    }

    private async ValueTask<EnumerationBatch> TakeBatchAsync(Guid id, Enumeration enumeration, int maxItems, CancellationToken cancellationToken)
    {
        var batch = new EnumerationBatch { Items = [] };
        enumeration.Pending ??= enumeration.AdvanceAsync();
        if (!enumeration.Pending.IsCompleted)
            await Task.WhenAny(enumeration.Pending, Task.Delay(TimeSpan.FromSeconds(5), activation.Node.TimeProvider, cancellationToken));
        while (enumeration.Pending.IsCompleted)
        {
            if (batch.Items.Count > 0 && !enumeration.Pending.IsCompletedSuccessfully)
                break; // first the items that came before the failure; who asks again gets that
            if (!await enumeration.Pending)
            {
                batch.Completed = true;
                await DisposeEnumeration(id);
                break;
            }

            batch.Items.Add(enumeration.Current!);
            if (batch.Items.Count >= maxItems)
            {
                enumeration.Pending = null;
                break;
            }

            enumeration.Pending = enumeration.AdvanceAsync();
        }

        cancellationToken.ThrowIfCancellationRequested();
        return batch;
    }

    private Task EndAbandoned()
    {
        foreach (var (id, enumeration) in _running.ToArray())
        {
            if (enumeration.Asking == 0 && activation.Node.Now - enumeration.LastAsked >= (long)activation.Node.ResponseTimeout.TotalMilliseconds)
                End(id);
        }

        if (_running.Count == 0)
        {
            _watch?.Dispose();
            _watch = null;
        }

        return Task.CompletedTask;
    }

    private void End(Guid id)
    {
        if (_running.Remove(id, out var enumeration))
            _ = EndAsync(enumeration);
    }

    /// <summary>Nobody waits for the end of it, which takes as long as the grain's code does.</summary>
    private async Task EndAsync(Enumeration enumeration)
    {
        try
        {
            await enumeration.DisposeAsync();
        }
        catch (Exception exception)
        {
            Log.WorkItemFailed(activation.Node.Logger, activation.GrainId, exception);
        }
    }
}
