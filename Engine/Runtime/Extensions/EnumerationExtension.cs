using Microsoft.Extensions.Logging;
using Nsn.Engine.Runtime.Activations;
using Nsn.Engine.Runtime.Silos;

namespace Nsn.Engine.Runtime.Extensions;

/// <summary>Runs sequences of a grain for callers who enumerate them. A sequence that is not asked for within the response time-out is ended.</summary>
internal sealed class EnumerationExtension(Activation activation) : IEnumerationExtension
{
    private readonly Dictionary<Guid, Enumeration> _running = [];

    public async ValueTask<EnumerationBatch> Start(Guid id, Call request, int maxItems, CancellationToken cancellationToken)
    {
        var stop = new CancellationTokenSource();
        var enumeration = EnumerationStarter.Start(request, activation.GrainInstance!, stop);
        _running[id] = enumeration;
        activation.KeepAliveFor(TimeSpan.FromSeconds(60));
        return await Next(id, enumeration, maxItems, cancellationToken);
    }

    public async ValueTask<EnumerationBatch> MoveNext(Guid id, int maxItems, CancellationToken cancellationToken)
    {
        if (!_running.TryGetValue(id, out var enumeration))
            throw new InvalidOperationException($"The enumeration is not running at {activation.GrainId}: its activation ended or its caller waited too long.");
        activation.KeepAliveFor(TimeSpan.FromSeconds(60));
        return await Next(id, enumeration, maxItems, cancellationToken);
    }

    public async ValueTask DisposeEnumeration(Guid id)
    {
        if (_running.Remove(id, out var enumeration))
            await enumeration.DisposeAsync();
    }

    private async ValueTask<EnumerationBatch> Next(Guid id, Enumeration enumeration, int maxItems, CancellationToken cancellationToken)
    {
        using var registration = cancellationToken.UnsafeRegister(static state => ((CancellationTokenSource)state!).Cancel(), enumeration.Stop);
        try
        {
            var batch = new EnumerationBatch { Items = [] };
            enumeration.Pending ??= enumeration.MoveNextAsync().AsTask();
            if (!enumeration.Pending.IsCompleted)
                await Task.WhenAny(enumeration.Pending, Task.Delay(TimeSpan.FromSeconds(5), activation.Node.TimeProvider, cancellationToken));
            while (enumeration.Pending.IsCompleted)
            {
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

                enumeration.Pending = enumeration.MoveNextAsync().AsTask();
            }

            cancellationToken.ThrowIfCancellationRequested();
            return batch;
        }
        catch
        {
            _running.Remove(id);
            throw;
        }
    }
}
