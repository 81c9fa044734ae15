using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.Concurrency;
using Orleans.Providers;
using Orleans.Storage;

namespace Nsn.Engine.Runtime.Streams;

/// <summary>
/// A live stream. Items are numbered as they come and put into a bounded queue for each subscriber; a slow subscriber loses its oldest, never holds up others,
/// and nothing is kept for those who come later.
/// </summary>
[Reentrant]
[GrainType("sys.stream")]
internal sealed partial class StreamHubGrain(ImplicitSubscribers implicitSubscribers, ILogger<StreamHubGrain> logger) : Grain, IStreamHub
{
    private const int QueueItemsMax = 4096;
    private const int BatchItemsMax = 256;

    /// <summary>A client that has lost its gateway is found again when it has another: only one that stays away longer is forgotten.</summary>
    private static readonly TimeSpan s_absenceMax = TimeSpan.FromMinutes(1);

    private readonly Dictionary<Guid, Subscriber> _subscribers = [];
    private readonly GrainState<List<StreamSubscription>> _stored = new();
    private IGrainStorage? _storage;
    private TimeProvider _time = TimeProvider.System;
    private string _provider = "";
    private long _next;
    private bool _knowsImplicit;
    private Task? _storing;
    private long _changes;
    private long _changesStored;

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        var key = this.GetPrimaryKeyString();
        _provider = key[..key.IndexOf('|', StringComparison.Ordinal)];
        // Numbers must grow across activations of the hub: they start at the clock.
        _time = ServiceProvider.GetRequiredService<TimeProvider>();
        _next = _time.GetUtcNow().UtcTicks;
        _storage = ServiceProvider.GetKeyedService<IGrainStorage>(ProviderConstants.DEFAULT_PUBSUB_PROVIDER_NAME);
        if (_storage is null)
            return;
        await _storage.ReadStateAsync("subscriptions", GrainContext.GrainId, _stored);
        foreach (var subscription in _stored.State ?? [])
            Add(subscription);
    }

    public Task Publish(StreamId stream, List<object> items)
    {
        FindImplicit(stream);
        var first = _next;
        _next += items.Count;
        foreach (var subscriber in _subscribers.Values)
        {
            for (var i = 0; i < items.Count; i++)
                subscriber.Queue.Enqueue((first + i, items[i]));
            while (subscriber.Queue.Count > QueueItemsMax)
            {
                subscriber.Queue.Dequeue();
                if (subscriber.Lost++ % QueueItemsMax == 0)
                    LogLost(logger, stream.ToString(), subscriber.Subscription.Consumer);
            }

            Pump(stream, subscriber);
        }

        return Task.CompletedTask;
    }

    public Task PublishEnd(StreamId stream, Exception? error)
    {
        FindImplicit(stream);
        foreach (var subscriber in _subscribers.Values)
        {
            subscriber.Queue.Enqueue((_next, new End(error)));
            Pump(stream, subscriber);
        }

        return Task.CompletedTask;
    }

    public async Task Subscribe(StreamId stream, StreamSubscription subscription, long? from)
    {
        Add(subscription);
        await StoreAsync();
    }

    public async Task Unsubscribe(StreamId stream, Guid subscription)
    {
        if (_subscribers.Remove(subscription))
            await StoreAsync();
    }

    public Task<List<StreamSubscription>> GetSubscriptions(StreamId stream, GrainId consumer) =>
        Task.FromResult(_subscribers.Values.Select(subscriber => subscriber.Subscription).Where(subscription => subscription.Consumer == consumer && !subscription.IsImplicit).ToList());

    private void FindImplicit(StreamId stream)
    {
        if (_knowsImplicit)
            return;
        _knowsImplicit = true;
        foreach (var subscription in implicitSubscribers.Of(_provider, stream))
            Add(subscription);
    }

    private void Add(StreamSubscription subscription)
    {
        if (_subscribers.ContainsKey(subscription.Id))
            return;
        var reference = GrainFactory.GetGrain(subscription.Consumer).AsReference<IStreamConsumerExtension>();
        _subscribers[subscription.Id] = new Subscriber(subscription, reference);
        if (_storage is null)
            DelayDeactivation(Timeout.InfiniteTimeSpan); // the subscriptions are nowhere else
    }

    /// <summary>Ends when what has changed up to now is stored. One write at a time, for the next one needs the version that it leaves; changes that come together share one.</summary>
    private async Task StoreAsync()
    {
        var wanted = ++_changes;
        while (_storage is not null && _changesStored < wanted)
        {
            if (_storing is { } other)
            {
                await other.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext); // its caller hears of a failure
                continue;
            }

            var changes = _changes;
            try
            {
                await (_storing = WriteAsync(_storage));
            }
            finally
            {
                _storing = null;
            }

            _changesStored = changes;
        }
    }

    private async Task WriteAsync(IGrainStorage storage)
    {
        _stored.State = [.. _subscribers.Values.Select(subscriber => subscriber.Subscription).Where(subscription => !subscription.IsImplicit)];
        await storage.WriteStateAsync("subscriptions", GrainContext.GrainId, _stored);
    }

    private void Pump(StreamId stream, Subscriber subscriber)
    {
        if (!subscriber.Pumping)
            _ = PumpAsync(stream, subscriber);
    }

    private async Task PumpAsync(StreamId stream, Subscriber subscriber)
    {
        subscriber.Pumping = true;
        while (subscriber.Queue.Count > 0)
        {
            try
            {
                await DeliverNextAsync(stream, subscriber);
                subscriber.AbsentSince = null;
            }
            catch (ClientNotAvailableException exception)
            {
                if (subscriber.AbsentSince is not { } since)
                {
                    subscriber.AbsentSince = _time.GetTimestamp();
                    LogDeliveryFailed(logger, stream.ToString(), subscriber.Subscription.Consumer, exception);
                }
                else if (_time.GetElapsedTime(since) >= s_absenceMax)
                {
                    _subscribers.Remove(subscriber.Subscription.Id);
                    await StoreAsync();
                    break;
                }
            }
            catch (Exception exception)
            {
                LogDeliveryFailed(logger, stream.ToString(), subscriber.Subscription.Consumer, exception);
            }
        }

        subscriber.Pumping = false;
    }

    private Task DeliverNextAsync(StreamId stream, Subscriber subscriber)
    {
        var (first, item) = subscriber.Queue.Dequeue();
        if (item is End end)
            return subscriber.Consumer.DeliverEnd(_provider, stream, subscriber.Subscription.Id, end.Error);
        var items = new List<object> { item };
        while (items.Count < BatchItemsMax && subscriber.Queue.TryPeek(out var next) && next.Item is not End && next.Number == first + items.Count)
        {
            items.Add(next.Item);
            subscriber.Queue.Dequeue();
        }

        return subscriber.Consumer.Deliver(_provider, stream, subscriber.Subscription.Id, items, first);
    }

    [LoggerMessage(70, LogLevel.Warning, "A delivery of the stream {Stream} to {Consumer} failed; a live stream does not repeat it")]
    private static partial void LogDeliveryFailed(ILogger logger, string stream, GrainId consumer, Exception exception);

    [LoggerMessage(71, LogLevel.Warning, "{Consumer} is too slow for the live stream {Stream} and loses items")]
    private static partial void LogLost(ILogger logger, string stream, GrainId consumer);

    private sealed class Subscriber(StreamSubscription subscription, IStreamConsumerExtension consumer)
    {
        public StreamSubscription Subscription => subscription;
        public IStreamConsumerExtension Consumer => consumer;
        public Queue<(long Number, object Item)> Queue { get; } = new();
        public bool Pumping { get; set; }

        /// <summary>When a delivery found no client first, as a timestamp; null since one found it.</summary>
        public long? AbsentSince { get; set; }
        public long Lost { get; set; }
    }

    private sealed record End(Exception? Error);
}
