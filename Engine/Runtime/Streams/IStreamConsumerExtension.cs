namespace Nsn.Engine.Runtime.Streams;

/// <summary>Receives the items of subscriptions for a grain or a client.</summary>
public interface IStreamConsumerExtension : IGrainExtension
{
    /// <summary>Delivers items in order; the first has the number given. False when the consumer has no handler for the subscription.</summary>
    Task<bool> Deliver(string provider, StreamId stream, Guid subscription, List<object> items, long firstNumber);

    Task DeliverEnd(string provider, StreamId stream, Guid subscription, Exception? error);
}
