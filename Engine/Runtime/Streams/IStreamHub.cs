namespace Nsn.Engine.Runtime.Streams;

/// <summary>One stream: knows its subscribers and hands items to them in order.</summary>
internal interface IStreamHub : IGrainWithStringKey
{
    Task Publish(StreamId stream, List<object> items);
    Task PublishEnd(StreamId stream, Exception? error);
    Task Subscribe(StreamId stream, StreamSubscription subscription, long? from);
    Task Unsubscribe(StreamId stream, Guid subscription);
    Task<List<StreamSubscription>> GetSubscriptions(StreamId stream, GrainId consumer);
}
