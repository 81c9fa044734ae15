using Microsoft.Extensions.DependencyInjection;
using Nsn.Engine.Runtime.Activations;
using Orleans.Providers.Streams.Common;
using Orleans.Streams;
using Orleans.Streams.Core;

namespace Nsn.Engine.Runtime.Streams;

/// <summary>The handlers of one consumer: an activation, or a client process.</summary>
internal sealed class StreamConsumerExtension(IServiceProvider services, Activation? activation) : IStreamConsumerExtension
{
    private readonly Dictionary<Guid, StreamHandler> _handlers = [];

    public void Set(Guid subscription, StreamHandler handler)
    {
        lock (_handlers)
            _handlers[subscription] = handler;
    }

    public void Remove(Guid subscription)
    {
        lock (_handlers)
            _handlers.Remove(subscription);
    }

    public async Task<bool> Deliver(string provider, StreamId stream, Guid subscription, List<object> items, long firstNumber)
    {
        var handler = Find(subscription);
        if (handler is null && activation?.GrainInstance is IStreamSubscriptionObserver observer)
        {
            await observer.OnSubscribed(new HandleFactory(services, provider, stream, SubscriptionOf(provider, stream, subscription, activation.GrainId)));
            handler = Find(subscription);
            if (handler?.RewoundTo is { } number && number != firstNumber)
                return true; // the hub begins there
        }

        if (handler is null)
            return false;
        await handler.OnNextAsync(items, firstNumber);
        return true;
    }

    public Task DeliverEnd(string provider, StreamId stream, Guid subscription, Exception? error) => Find(subscription)?.OnEndAsync(error) ?? Task.CompletedTask;

    private StreamSubscription SubscriptionOf(string provider, StreamId stream, Guid id, GrainId consumer)
    {
        var isImplicit = services.GetService<ImplicitSubscribers>()?.Of(provider, stream, consumer)?.Id == id;
        return new StreamSubscription(id, consumer, isImplicit);
    }

    private StreamHandler? Find(Guid subscription)
    {
        lock (_handlers)
            return _handlers.GetValueOrDefault(subscription);
    }

    private sealed class HandleFactory(IServiceProvider services, string provider, StreamId stream, StreamSubscription subscription) : IStreamSubscriptionHandleFactory
    {
        public StreamId StreamId => stream;
        public string ProviderName => provider;
        public Guid SubscriptionId => subscription.Id;

        public StreamSubscriptionHandle<T> Create<T>() =>
            new HubSubscriptionHandle<T>((HubStream<T>)services.GetRequiredKeyedService<IStreamProvider>(provider).GetStream<T>(stream), subscription);
    }
}

/// <summary>A handler without its item type.</summary>
internal abstract class StreamHandler
{
    /// <summary>From which number the hub was asked to deliver anew when this was attached; null when it was not.</summary>
    public long? RewoundTo { get; set; }

    public abstract Task OnNextAsync(List<object> items, long firstNumber);
    public abstract Task OnEndAsync(Exception? error);
}

/// <summary>Gives items to an observer one by one.</summary>
internal sealed class ItemHandler<T>(IAsyncObserver<T> observer, long? from) : StreamHandler
{
    public override async Task OnNextAsync(List<object> items, long firstNumber)
    {
        for (var i = 0; i < items.Count; i++)
        {
            if (from is null || firstNumber + i >= from)
                await observer.OnNextAsync((T)items[i], new EventSequenceToken(firstNumber + i));
        }
    }

    public override Task OnEndAsync(Exception? error) => error is null ? observer.OnCompletedAsync() : observer.OnErrorAsync(error);
}

/// <summary>Gives items to an observer in batches.</summary>
internal sealed class BatchHandler<T>(IAsyncBatchObserver<T> observer) : StreamHandler
{
    public override Task OnNextAsync(List<object> items, long firstNumber)
    {
        var batch = new List<SequentialItem<T>>(items.Count);
        for (var i = 0; i < items.Count; i++)
            batch.Add(new SequentialItem<T>((T)items[i], new EventSequenceToken(firstNumber + i)));
        return observer.OnNextAsync(batch);
    }

    public override Task OnEndAsync(Exception? error) => error is null ? observer.OnCompletedAsync() : observer.OnErrorAsync(error);
}
