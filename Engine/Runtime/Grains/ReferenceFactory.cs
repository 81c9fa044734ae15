using System.Collections.Concurrent;

namespace Nsn.Engine.Runtime.Grains;

/// <summary>Makes references: what references of one type and interface share is made once.</summary>
internal sealed class ReferenceFactory(IGrainReferenceRuntime runtime)
{
    private readonly ConcurrentDictionary<(GrainType Type, Type Interface), (GrainReferenceShared Shared, ProxyFactory Proxy)> _shared = new();

    public GrainReference Create(GrainId grainId, Type interfaceType) => Create(grainId.Type, grainId.Key, interfaceType);

    public GrainReference Create(GrainType type, IdSpan key, Type interfaceType)
    {
        if (!_shared.TryGetValue((type, interfaceType), out var entry))
        {
            entry = _shared.GetOrAdd((type, interfaceType), static (pair, runtime) =>
            {
                var shared = new GrainReferenceShared(pair.Type, GrainInterfaceType.Create(TypeNames.Format(pair.Interface)), pair.Interface, runtime);
                var proxy = pair.Interface == typeof(IAddressable) || pair.Interface == typeof(IGrain)
                    ? static (s, k) => new PlainReference(s, k)
                    : TypeManifest.Current.ProxyOf(pair.Interface);
                return (shared, proxy);
            }, runtime);
        }

        return entry.Proxy(entry.Shared, key);
    }

    private sealed class PlainReference(GrainReferenceShared shared, IdSpan key) : GrainReference(shared, key), IGrain;
}
