using Nsn.Engine.Runtime.Activations;
using Nsn.Engine.Runtime.Silos;
using Orleans.Streams;

namespace Nsn.Engine.Runtime.Streams;

/// <summary>Streams whose items pass through a hub grain.</summary>
internal sealed class HubStreamProvider(string name, Node node, IServiceProvider services, Type hubInterface, bool rewindable) : IStreamProvider
{
    private readonly Lock _gate = new();
    private StreamConsumerExtension? _ownConsumer;
    private GrainId _ownConsumerId;

    public string Name => name;
    public bool IsRewindable => rewindable;
    public ImplicitSubscribers? Implicit { get; } = (ImplicitSubscribers?)services.GetService(typeof(ImplicitSubscribers));

    public IAsyncStream<T> GetStream<T>(StreamId streamId) => new HubStream<T>(this, streamId);

    /// <summary>The hub of a stream.</summary>
    public IStreamHub HubOf(StreamId stream)
    {
        var key = IdSpan.Create($"{name}|{stream.Namespace.Length}|{stream.GetNamespace()}{stream.GetKeyAsString()}");
        var type = GrainType.Create(hubInterface == typeof(IStreamHub) ? "sys.stream" : "sys.durable-stream");
        return (IStreamHub)(object)node.References.Create(type, key, hubInterface);
    }

    /// <summary>Where handlers of the calling code live, and the identity under which items reach them.</summary>
    public (StreamConsumerExtension Handlers, GrainId Consumer) ConsumerOfCaller()
    {
        if (RuntimeContext.Current is Activation { Class.UsesDirectory: true } activation)
        {
            var extension = (StreamConsumerExtension?)activation.GetComponent(typeof(IStreamConsumerExtension));
            if (extension is null)
                activation.SetComponent<IStreamConsumerExtension>(extension = new StreamConsumerExtension(services, activation));
            return (extension, activation.GrainId);
        }

        lock (_gate)
        {
            if (_ownConsumer is null)
            {
                _ownConsumer = new StreamConsumerExtension(services, null);
                _ownConsumerId = node.Observers.Register(_ownConsumer, typeof(IStreamConsumerExtension)).GrainId;
            }

            return (_ownConsumer, _ownConsumerId);
        }
    }
}
