using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Nsn.Engine.Runtime.Activations;
using Nsn.Engine.Runtime.Extensions;
using Nsn.Engine.Runtime.Grains;

namespace Nsn.Engine.Runtime.Silos;

/// <content>The activations.</content>
internal sealed partial class Silo
{
    private readonly ConcurrentDictionary<GrainId, Activation> _activations = new();
    private readonly ConcurrentDictionary<GrainId, WorkerPool> _workers = new();
    private const long QuietMilliseconds = 300;
    private const long QuietMillisecondsMax = 3000;
    private Activation? _control;
    private ITimer? _collector;

    public int ActivationCount => _activations.Count + _workers.Values.Sum(pool => pool.Count);

    /// <summary>How many stateless workers, by their identity, have activations here.</summary>
    public int WorkerPoolCount => _workers.Count;

    /// <summary>All grains that are active here.</summary>
    public IEnumerable<Activation> Grains => _activations.Values.Concat(_workers.Values.SelectMany(pool => pool.All));

    protected override IEnumerable<Activation> Activations => Grains.Concat(Observers.Activations).Append(Control);

    private Activation Control => _control ??= CreateControl();

    private Activation CreateControl()
    {
        var activation = new Activation(this, new GrainClass(ControlType, typeof(ISiloControl)), IdSpan.Create(Address.ToParsableString()));
        activation.UseInstance(new SiloControl(this));
        return activation;
    }

    protected override Activation? Find(GrainId grainId) => _activations.GetValueOrDefault(grainId);

    public bool TryFind(GrainId grainId, out Activation activation) => _activations.TryGetValue(grainId, out activation!);

    /// <summary>Gives a call to the grain's activation here, and makes one if there is none.</summary>
    private void Host(Call call, GrainClass grainClass)
    {
        var id = call.TargetId;
        Activation? fresh = null;
        while (true)
        {
            if (!_activations.TryGetValue(id, out var activation))
            {
                fresh ??= new Activation(this, grainClass, id.Key);
                activation = _activations.GetOrAdd(id, fresh);
            }

            if (Deliver(activation, call))
            {
                if (activation == fresh)
                    activation.Activate(null);
                if (call.Reference is { } reference)
                    reference.LocalTarget = activation;
                return;
            }

            _activations.TryRemove(KeyValuePair.Create(id, activation));
        }
    }

    /// <summary>Gives a call to a stateless worker here; one that ends just now takes none, and a pool whose last worker has ended makes place for a new one.</summary>
    private void HostWorker(Call call, GrainClass grainClass)
    {
        var id = call.TargetId;
        while (true)
        {
            var pool = WorkersOf(id, grainClass);
            if (pool.Choose() is not { } worker)
                _workers.TryRemove(KeyValuePair.Create(id, pool));
            else if (Deliver(worker, call))
                return;
        }
    }

    private WorkerPool WorkersOf(GrainId id, GrainClass grainClass) =>
        _workers.TryGetValue(id, out var pool) ? pool : _workers.GetOrAdd(id, static (key, argument) => new WorkerPool(argument.silo, argument.grainClass, key), (silo: this, grainClass));

    public override void Forget(Activation activation)
    {
        if (activation.Class.LocalWorkersMax > 0)
        {
            if (_workers.TryGetValue(activation.GrainId, out var pool) && pool.Remove(activation))
                _workers.TryRemove(KeyValuePair.Create(activation.GrainId, pool));
        }
        else
        {
            _activations.TryRemove(KeyValuePair.Create(activation.GrainId, activation));
        }
    }

    public async ValueTask<GrainAddress?> RegisterAsync(Activation activation)
    {
        var proposed = new GrainAddress { GrainId = activation.GrainId, SiloAddress = Address, ActivationId = ActivationId.NewId() };
        var registration = _directory.RegisterAsync(proposed, CancellationToken.None);
        var entry = registration.IsCompletedSuccessfully ? registration.Result : await registration;
        if (entry.SiloAddress.Equals(Address))
        {
            activation.Address = entry;
            return null;
        }

        Remember(entry.GrainId, entry.SiloAddress);
        return entry;
    }

    public ValueTask UnregisterAsync(Activation activation) =>
        activation.Extras.Address is { } address ? _directory.UnregisterAsync(address, CancellationToken.None) : ValueTask.CompletedTask;

    public override object? CreateExtension(Type type, Activation activation)
    {
        object? extension = type == typeof(IEnumerationExtension)
            ? new EnumerationExtension(activation)
            : Services.GetKeyedService<Func<IGrainContext, object>>(type)?.Invoke(activation);
        if (extension is not null)
            (activation.Extras.Components ??= [])[type] = extension;
        return extension;
    }

    private void StartCollecting() => _collector = TimeProvider.CreateTimer(static state => ((Silo)state!).Collect(null), this, _collection.CollectionQuantum, _collection.CollectionQuantum);

    private void StopCollecting() => _collector?.Dispose();

    /// <summary>Ends activations that were idle for their age, or for the one given. Under memory pressure the age is a tenth.</summary>
    public void Collect(TimeSpan? age)
    {
        var pressed = _collection.EnableActivationSheddingOnMemoryPressure && MemoryPercent > _collection.MemoryUsageLimitPercentage;
        var count = 0;
        foreach (var activation in Grains)
        {
            var own = AgeOf(activation.Class);
            if (own == TimeSpan.MaxValue)
                continue; // kept alive whatever is asked for
            var limit = age ?? own;
            var milliseconds = (long)limit.TotalMilliseconds;
            if (activation.TryCollect(Now, pressed ? milliseconds / 10 : milliseconds))
                count++;
        }

        if (count > 0)
            SiloLog.Collected(Logger, count);
    }

    private TimeSpan AgeOf(GrainClass grainClass) => grainClass.CollectionAge
        ?? (_collection.ClassSpecificCollectionAge.TryGetValue(grainClass.Type.FullName!, out var specific) ? specific : _collection.CollectionAge);

    private async Task DeactivateAllAsync(CancellationToken cancellationToken)
    {
        var reason = new DeactivationReason(DeactivationReasonCode.ShuttingDown, "The silo shuts down.");
        var all = Grains.ToList();
        foreach (var activation in all)
            activation.Deactivate(reason, cancellationToken);
        await AllDeactivatedAsync(all).WaitAsync(DeactivationTimeout, TimeProvider, cancellationToken)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
    }

    /// <summary>One after another and not with WhenAll, which would go on in the thread pool: on virtual time there is no other thread.</summary>
    private static async Task AllDeactivatedAsync(List<Activation> activations)
    {
        foreach (var activation in activations)
            await activation.Deactivated;
    }

    /// <summary>
    /// Calls may still be on their way to a silo that leaves: they are sent on. It goes once all of those have been answered and none has come for a while; a client that calls
    /// without pause through this silo does not keep it.
    /// </summary>
    private async Task DrainAsync(CancellationToken cancellationToken)
    {
        var started = Now;
        while (View.Silos.Length > 1 && !cancellationToken.IsCancellationRequested && Now - started < (long)DeactivationTimeout.TotalMilliseconds)
        {
            if (ActivationCount > 0)
                await DeactivateAllAsync(cancellationToken); // someone was told that a grain is here while it was ending
            if (PendingCalls == 0 && (Now - LastRequest >= QuietMilliseconds || Now - started >= QuietMillisecondsMax))
                return;
            await Task.Delay(TimeSpan.FromMilliseconds(TickMilliseconds), TimeProvider, CancellationToken.None);
        }
    }

    private void DropAll(string reason)
    {
        while (!_activations.IsEmpty || !_workers.IsEmpty)
        {
            foreach (var (id, activation) in _activations)
            {
                if (_activations.TryRemove(KeyValuePair.Create(id, activation)))
                    activation.Drop(new SiloUnavailableException(reason));
            }

            foreach (var (id, pool) in _workers)
            {
                _workers.TryRemove(KeyValuePair.Create(id, pool));
                foreach (var worker in pool.All)
                    worker.Drop(new SiloUnavailableException(reason));
            }
        }

        _located.Clear();
        _clients.Clear(); // they find a gateway anew, this incarnation or another
        _control = null;
    }
}
