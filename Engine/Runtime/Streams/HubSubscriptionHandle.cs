using Orleans.Streams;

namespace Nsn.Engine.Runtime.Streams;

/// <summary>A subscription as its consumer holds it.</summary>
/// <typeparam name="T">The items.</typeparam>
internal sealed class HubSubscriptionHandle<T>(HubStream<T> stream, StreamSubscription subscription) : StreamSubscriptionHandle<T>
{
    public override StreamId StreamId => stream.StreamId;
    public override string ProviderName => stream.ProviderName;
    public override Guid HandleId => subscription.Id;
    public override Task UnsubscribeAsync() => stream.UnsubscribeAsync(subscription);

    public override Task<StreamSubscriptionHandle<T>> ResumeAsync(IAsyncObserver<T> observer, StreamSequenceToken? token = null) =>
        stream.ResumeAsync(subscription, new ItemHandler<T>(observer, token?.SequenceNumber), token);

    public override Task<StreamSubscriptionHandle<T>> ResumeAsync(IAsyncBatchObserver<T> observer, StreamSequenceToken? token = null) =>
        stream.ResumeAsync(subscription, new BatchHandler<T>(observer), token);

    public override bool Equals(StreamSubscriptionHandle<T>? other) => other?.HandleId == HandleId;
}
