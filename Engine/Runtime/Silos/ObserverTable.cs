using System.Collections.Concurrent;
using Nsn.Engine.Runtime.Activations;
using Nsn.Engine.Runtime.Grains;

namespace Nsn.Engine.Runtime.Silos;

/// <summary>The objects of this process that can be called by reference; they are held weakly.</summary>
internal sealed class ObserverTable(Node node)
{
    /// <summary>The type of all observers; the key is the address of their process and a number.</summary>
    public static readonly GrainType Type = GrainType.Create("sys.observer");

    private readonly ConcurrentDictionary<IdSpan, Activation> _observers = new();
    private long _last;

    public ICollection<Activation> Activations => _observers.Values;

    public GrainReference Register(object observer, Type interfaceType)
    {
        ArgumentNullException.ThrowIfNull(observer);
        if (observer is GrainReference)
            throw new ArgumentException("A reference cannot be registered as an observer again.", nameof(observer));
        var key = IdSpan.Create($"{node.Address.ToParsableString()}|{Interlocked.Increment(ref _last)}");
        var activation = new Activation(node, new GrainClass(Type, interfaceType), key);
        activation.UseInstance(new WeakReference(observer));
        _observers[key] = activation;
        return activation.GrainReference;
    }

    public void Remove(GrainReference reference) => _observers.TryRemove(reference.GrainId.Key, out _);

    public bool TryGet(IdSpan key, out Activation activation) => _observers.TryGetValue(key, out activation!);

    /// <summary>The process that an observer lives in.</summary>
    public static SiloAddress? ProcessOf(GrainId observer)
    {
        var key = observer.Key.ToString();
        var bar = key.IndexOf('|', StringComparison.Ordinal);
        return bar > 0 && SiloAddress.TryParse(key[..bar], out var address) ? address : null;
    }

    /// <summary>Forgets observers that nobody else holds any more.</summary>
    public void Collect()
    {
        foreach (var (key, activation) in _observers)
        {
            if (activation.GrainInstance is WeakReference { IsAlive: false })
                _observers.TryRemove(key, out _);
        }
    }
}
