using Orleans.Streams;

namespace Nsn.Engine.Runtime.Streams;

/// <summary>A stream as producers and consumers see it.</summary>
/// <typeparam name="T">The items.</typeparam>
internal sealed class HubStream<T>(HubStreamProvider provider, StreamId streamId) : IAsyncStream<T>
{
    public HubStreamProvider Provider => provider;
    public bool IsRewindable => provider.IsRewindable;
    public string ProviderName => provider.Name;
    public StreamId StreamId => streamId;

    public Task OnNextAsync(T item, StreamSequenceToken? token = null) => provider.HubOf(streamId).Publish(streamId, [item!]);
    public Task OnNextBatchAsync(IEnumerable<T> batch, StreamSequenceToken? token = null) => provider.HubOf(streamId).Publish(streamId, [.. batch.Cast<object>()]);
    public Task OnCompletedAsync() => provider.HubOf(streamId).PublishEnd(streamId, null);
    public Task OnErrorAsync(Exception ex) => provider.HubOf(streamId).PublishEnd(streamId, ex);

    public Task<StreamSubscriptionHandle<T>> SubscribeAsync(IAsyncObserver<T> observer) => SubscribeAsync(observer, null!);

    public Task<StreamSubscriptionHandle<T>> SubscribeAsync(IAsyncObserver<T> observer, StreamSequenceToken token, string? filterData = null) =>
        SubscribeAsync(new ItemHandler<T>(observer, token?.SequenceNumber), token);

    public Task<StreamSubscriptionHandle<T>> SubscribeAsync(IAsyncBatchObserver<T> observer) => SubscribeAsync(new BatchHandler<T>(observer), null);
    public Task<StreamSubscriptionHandle<T>> SubscribeAsync(IAsyncBatchObserver<T> observer, StreamSequenceToken token) => SubscribeAsync(new BatchHandler<T>(observer), token);

    private async Task<StreamSubscriptionHandle<T>> SubscribeAsync(StreamHandler handler, StreamSequenceToken? token)
    {
        if (token is not null && !IsRewindable)
            throw new ArgumentException($"Streams of the provider '{ProviderName}' keep nothing to resume from.", nameof(token));
        var (handlers, consumer) = provider.ConsumerOfCaller();
        var subscription = provider.Implicit?.Of(ProviderName, streamId, consumer) ?? new StreamSubscription(Guid.NewGuid(), consumer, false);
        handlers.Set(subscription.Id, handler);
        if (!subscription.IsImplicit || token is not null)
            await provider.HubOf(streamId).Subscribe(streamId, subscription, token?.SequenceNumber);
        return new HubSubscriptionHandle<T>(this, subscription);
    }

    /// <summary>Attaches a handler to a subscription that exists.</summary>
    public async Task<StreamSubscriptionHandle<T>> ResumeAsync(StreamSubscription subscription, StreamHandler handler, StreamSequenceToken? token)
    {
        var (handlers, consumer) = provider.ConsumerOfCaller();
        if (token is not null && IsRewindable)
            handler.RewoundTo = token.SequenceNumber;
        handlers.Set(subscription.Id, handler);
        if (token is not null && (IsRewindable || !subscription.IsImplicit))
            await provider.HubOf(streamId).Subscribe(streamId, subscription with { Consumer = consumer }, token.SequenceNumber);
        return new HubSubscriptionHandle<T>(this, subscription with { Consumer = consumer });
    }

    public async Task UnsubscribeAsync(StreamSubscription subscription)
    {
        provider.ConsumerOfCaller().Handlers.Remove(subscription.Id);
        if (!subscription.IsImplicit)
            await provider.HubOf(streamId).Unsubscribe(streamId, subscription.Id);
    }

    public async Task<IList<StreamSubscriptionHandle<T>>> GetAllSubscriptionHandles()
    {
        var (_, consumer) = provider.ConsumerOfCaller();
        var explicitOnes = await provider.HubOf(streamId).GetSubscriptions(streamId, consumer);
        if (provider.Implicit?.Of(ProviderName, streamId, consumer) is { } own)
            explicitOnes.Add(own);
        return [.. explicitOnes.Select(subscription => new HubSubscriptionHandle<T>(this, subscription))];
    }

    public bool Equals(IAsyncStream<T>? other) => other is not null && ProviderName == other.ProviderName && StreamId == other.StreamId;
    public override bool Equals(object? obj) => Equals(obj as IAsyncStream<T>);
    public override int GetHashCode() => HashCode.Combine(ProviderName, StreamId);
    public int CompareTo(IAsyncStream<T>? other) => other is null ? 1 : StreamId.CompareTo(other.StreamId);
}
