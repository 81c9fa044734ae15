using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Nsn.Engine.Runtime.Silos;
using Nsn.Engine.Runtime.Streams;
using Orleans.Concurrency;
using Orleans.Configuration;

namespace Nsn.Engine.PostgreSql.Streams;

/// <summary>
/// A durable stream. A producer's call ends when its items are committed; each subscriber gets them in order, at least once, from its cursor, which moves after it has
/// taken them. A subscriber that fails is asked again, after a while; others are not held up.
/// </summary>
[Reentrant]
[GrainType("sys.durable-stream")]
internal sealed partial class DurableStreamHubGrain(
    ImplicitSubscribers implicitSubscribers,
    IOptionsMonitor<DurableStreamOptions> options,
    IOptions<ClusterOptions> cluster,
    Node node,
    ILogger<DurableStreamHubGrain> logger) : Grain, IDurableStreamHub
{
    private const int BatchItemsMax = 256;
    private const int TrimEvery = 1000;
    private static readonly TimeSpan s_retryMax = TimeSpan.FromSeconds(5);

    private readonly Dictionary<Guid, Subscriber> _subscribers = [];
    private readonly List<(byte[] Data, TaskCompletionSource Written)> _waiting = [];
    private StreamTable _table = null!;
    private string _provider = "";
    private StreamId _stream;
    private long _next;
    private long _sinceTrim;
    private bool _writing;
    private Task? _implicitSubscribed;
    private bool _stopped;

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        var key = this.GetPrimaryKeyString();
        var parts = key.Split('|', 3);
        _provider = parts[0];
        var spaceLength = int.Parse(parts[1], System.Globalization.CultureInfo.InvariantCulture);
        var text = System.Text.Encoding.UTF8.GetBytes(parts[2]);
        _stream = StreamId.Create(text.AsSpan(0, spaceLength), text.AsSpan(spaceLength));
        _table = new StreamTable(Database.Of(options.Get(_provider).ConnectionString), cluster.Value.ServiceId, key);
        _next = await _table.ReadNextNumberAsync();
        foreach (var (subscription, next) in await _table.ReadCursorsAsync())
            Start(subscription, next);
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        _stopped = true;
        return Task.CompletedTask;
    }

    public async Task Publish(StreamId stream, List<object> items)
    {
        await FindImplicitAsync();
        var written = new TaskCompletionSource();
        for (var i = 0; i < items.Count; i++)
        {
            using var writer = new Writer();
            CodecOf<object>.Instance.Write(writer, items[i]);
            _waiting.Add((writer.Written.ToArray(), i == items.Count - 1 ? written : null!));
        }

        if (items.Count == 0)
            return;
        if (!_writing)
            _ = WriteAsync();
        await written.Task;
    }

    public Task Wake() => Task.CompletedTask;

    public Task PublishEnd(StreamId stream, Exception? error) =>
        Task.WhenAll(_subscribers.Values.Select(subscriber => subscriber.Consumer.DeliverEnd(_provider, _stream, subscriber.Subscription.Id, error)));

    public async Task Subscribe(StreamId stream, StreamSubscription subscription, long? from)
    {
        var next = from ?? _next;
        await _table.WriteCursorAsync(subscription, next);
        Start(subscription, next);
    }

    public async Task Unsubscribe(StreamId stream, Guid subscription)
    {
        _subscribers.Remove(subscription);
        await _table.RemoveCursorAsync(subscription);
    }

    public Task<List<StreamSubscription>> GetSubscriptions(StreamId stream, GrainId consumer) =>
        Task.FromResult(_subscribers.Values.Select(subscriber => subscriber.Subscription).Where(subscription => subscription.Consumer == consumer && !subscription.IsImplicit).ToList());

    /// <summary>Everybody who publishes waits until the implicit subscribers have their cursors: an item that comes before those would pass them by. What fails is tried again.</summary>
    private Task FindImplicitAsync() => _implicitSubscribed is null or { IsFaulted: true } ? _implicitSubscribed = SubscribeImplicitAsync() : _implicitSubscribed;

    private async Task SubscribeImplicitAsync()
    {
        foreach (var subscription in implicitSubscribers.Of(_provider, _stream))
        {
            if (!_subscribers.ContainsKey(subscription.Id))
                await Subscribe(_stream, subscription, null);
        }
    }

    /// <summary>Writes what waits, again and again: producers that come together share a commit.</summary>
    private async Task WriteAsync()
    {
        _writing = true;
        while (_waiting.Count > 0)
        {
            var batch = _waiting.ToArray();
            _waiting.Clear();
            try
            {
                await _table.AppendAsync(_next, [.. batch.Select(item => item.Data)]);
                _next += batch.Length;
                foreach (var (_, written) in batch)
                    written?.TrySetResult();
            }
            catch (Exception exception)
            {
                foreach (var (_, written) in batch)
                    written?.TrySetException(exception);
                DeactivateOnIdle(); // what is known of the stream may be wrong: the next activation reads it
            }

            foreach (var subscriber in _subscribers.Values)
                Pump(subscriber);
            await TrimAsync(batch.Length);
        }

        _writing = false;
    }

    private async Task TrimAsync(int written)
    {
        _sinceTrim += written;
        if (_sinceTrim < TrimEvery)
            return;
        _sinceTrim = 0;
        try
        {
            await _table.TrimAsync(options.Get(_provider).Retention);
        }
        catch (Npgsql.NpgsqlException exception)
        {
            LogDeliveryFailed(logger, _stream.ToString(), "trimming", exception);
        }
    }

    private void Start(StreamSubscription subscription, long next)
    {
        if (!_subscribers.TryGetValue(subscription.Id, out var subscriber))
            _subscribers[subscription.Id] = subscriber = new Subscriber(subscription, GrainFactory.GetGrain(subscription.Consumer).AsReference<IStreamConsumerExtension>());
        subscriber.Next = next;
        Pump(subscriber);
    }

    private void Pump(Subscriber subscriber)
    {
        if (!subscriber.Pumping)
            _ = PumpAsync(subscriber);
    }

    private async Task PumpAsync(Subscriber subscriber)
    {
        subscriber.Pumping = true;
        var delay = TimeSpan.FromMilliseconds(100);
        while (!_stopped && subscriber.Next < _next && _subscribers.ContainsKey(subscriber.Subscription.Id))
        {
            try
            {
                await DeliverBatchAsync(subscriber);
                subscriber.AbsentSince = null;
                delay = TimeSpan.FromMilliseconds(100);
            }
            catch (Exception exception)
            {
                if (await EndsAsync(subscriber, exception))
                    break;
                LogDeliveryFailed(logger, _stream.ToString(), subscriber.Subscription.Consumer.ToString(), exception);
                await Task.Delay(delay, node.TimeProvider);
                delay = delay * 2 < s_retryMax ? delay * 2 : s_retryMax;
            }
        }

        subscriber.Pumping = false;
    }

    /// <summary>Ends the subscription of a process that has not been there for too long.</summary>
    private async Task<bool> EndsAsync(Subscriber subscriber, Exception exception)
    {
        if (exception is Npgsql.NpgsqlException)
            return false; // says nothing about the subscriber
        if (!IsAbsent(subscriber.Subscription.Consumer, exception))
        {
            subscriber.AbsentSince = null;
            return false;
        }

        var since = subscriber.AbsentSince ??= node.TimeProvider.GetTimestamp();
        if (node.TimeProvider.GetElapsedTime(since) < options.Get(_provider).AbsenceMax)
            return false;
        try
        {
            await Unsubscribe(_stream, subscriber.Subscription.Id);
        }
        catch (Npgsql.NpgsqlException unreachable)
        {
            _subscribers.TryAdd(subscriber.Subscription.Id, subscriber);
            LogDeliveryFailed(logger, _stream.ToString(), subscriber.Subscription.Consumer.ToString(), unreachable);
            return false;
        }

        LogEnded(logger, _stream.ToString(), subscriber.Subscription.Consumer, options.Get(_provider).AbsenceMax);
        return true;
    }

    /// <summary>Grains are activated wherever it may be; what lives in a process of its own goes with it.</summary>
    private bool IsAbsent(GrainId consumer, Exception exception) => consumer.Type == ObserverTable.Type && (exception is ClientNotAvailableException
        || (exception is SiloUnavailableException && ObserverTable.ProcessOf(consumer) is { IsClient: false } process && (node as Silo)?.View.Find(process) is null));

    private async Task DeliverBatchAsync(Subscriber subscriber)
    {
        var from = subscriber.Next;
        var rows = await _table.ReadAsync(from, BatchItemsMax);
        if (subscriber.Next != from)
            return; // it has asked for others meanwhile
        if (rows.Count == 0)
        {
            subscriber.Next = _next;
            return;
        }

        subscriber.Next = from = rows[0].Number; // a consumer that now asks for an earlier one moves it, also where there is none

        // Only an unbroken run of numbers shares a delivery.
        var run = rows.TakeWhile((row, i) => row.Number == rows[0].Number + i).ToList();
        var items = run.ConvertAll(row => CodecOf<object>.Instance.Read(new Reader(row.Data) { Runtime = node }));
        await subscriber.Consumer.Deliver(_provider, _stream, subscriber.Subscription.Id, items, run[0].Number);
        if (subscriber.Next == from)
            subscriber.Next = run[^1].Number + 1;
        await _table.WriteCursorAsync(subscriber.Subscription, subscriber.Next);
    }

    [LoggerMessage(90, LogLevel.Warning, "The stream {Stream} could not be delivered to {Consumer} and tries again")]
    private static partial void LogDeliveryFailed(ILogger logger, string stream, string consumer, Exception exception);

    [LoggerMessage(92, LogLevel.Warning, "The subscription of {Consumer} to the stream {Stream} ends: its process was not there for {Time}")]
    private static partial void LogEnded(ILogger logger, string stream, GrainId consumer, TimeSpan time);

    private sealed class Subscriber(StreamSubscription subscription, IStreamConsumerExtension consumer)
    {
        public StreamSubscription Subscription => subscription;
        public IStreamConsumerExtension Consumer => consumer;
        public long Next { get; set; }
        public bool Pumping { get; set; }

        /// <summary>When a delivery found nobody first, as a timestamp; null since one found somebody.</summary>
        public long? AbsentSince { get; set; }
    }
}
