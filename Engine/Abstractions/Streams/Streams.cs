using Microsoft.Extensions.DependencyInjection;
using Orleans.Streams;

namespace Orleans.Streams
{
    /// <summary>A stream's namespace and GUID, as older code names streams.</summary>
    public interface IStreamIdentity
    {
        Guid Guid { get; }
        string Namespace { get; }
    }

    /// <summary>The place of an item in its stream.</summary>
    public abstract class StreamSequenceToken : IEquatable<StreamSequenceToken>, IComparable<StreamSequenceToken>
    {
        public abstract long SequenceNumber { get; protected set; }
        public abstract int EventIndex { get; protected set; }
        public abstract bool Equals(StreamSequenceToken other);
        public abstract int CompareTo(StreamSequenceToken other);
        public override bool Equals(object obj) => obj is StreamSequenceToken other && Equals(other);
        public override int GetHashCode() => HashCode.Combine(SequenceNumber, EventIndex);
    }

    /// <summary>Receives the items of a stream.</summary>
    public interface IAsyncObserver<in T>
    {
        Task OnNextAsync(T item, StreamSequenceToken token = null);
        Task OnCompletedAsync() => Task.CompletedTask;
        Task OnErrorAsync(Exception ex) => Task.CompletedTask;
    }

    /// <summary>An item and its place.</summary>
    public class SequentialItem<T>(T item, StreamSequenceToken token)
    {
        public T Item { get; } = item;
        public StreamSequenceToken Token { get; } = token;
    }

    /// <summary>Receives the items of a stream in batches.</summary>
    public interface IAsyncBatchObserver<T>
    {
        Task OnNextAsync(IList<SequentialItem<T>> items);
        Task OnCompletedAsync() => Task.CompletedTask;
        Task OnErrorAsync(Exception ex) => Task.CompletedTask;
    }

    /// <summary>Can be subscribed to item by item.</summary>
    public interface IAsyncObservable<T>
    {
        Task<StreamSubscriptionHandle<T>> SubscribeAsync(IAsyncObserver<T> observer);
        Task<StreamSubscriptionHandle<T>> SubscribeAsync(IAsyncObserver<T> observer, StreamSequenceToken token, string filterData = null);
    }

    /// <summary>Can be subscribed to in batches.</summary>
    public interface IAsyncBatchObservable<T>
    {
        Task<StreamSubscriptionHandle<T>> SubscribeAsync(IAsyncBatchObserver<T> observer);
        Task<StreamSubscriptionHandle<T>> SubscribeAsync(IAsyncBatchObserver<T> observer, StreamSequenceToken token);
    }

    /// <summary>Accepts items in batches.</summary>
    public interface IAsyncBatchProducer<in T> : IAsyncObserver<T>
    {
        Task OnNextBatchAsync(IEnumerable<T> batch, StreamSequenceToken token = null);
    }

    /// <summary>A stream without its item type.</summary>
    public interface IAsyncStream
    {
        bool IsRewindable { get; }
        string ProviderName { get; }
        StreamId StreamId { get; }
    }

    /// <summary>A stream.</summary>
    public interface IAsyncStream<T> : IAsyncStream, IEquatable<IAsyncStream<T>>, IComparable<IAsyncStream<T>>, IAsyncObservable<T>, IAsyncBatchObservable<T>, IAsyncBatchProducer<T>
    {
        Task<IList<StreamSubscriptionHandle<T>>> GetAllSubscriptionHandles();
    }

    /// <summary>Gives streams.</summary>
    public interface IStreamProvider
    {
        string Name { get; }
        bool IsRewindable { get; }
        IAsyncStream<T> GetStream<T>(StreamId streamId);
    }

    /// <summary>A subscription; survives the activation that made it.</summary>
    public abstract class StreamSubscriptionHandle<T> : IEquatable<StreamSubscriptionHandle<T>>
    {
        public abstract StreamId StreamId { get; }
        public abstract string ProviderName { get; }
        public abstract Guid HandleId { get; }
        public abstract Task UnsubscribeAsync();
        public abstract Task<StreamSubscriptionHandle<T>> ResumeAsync(IAsyncObserver<T> observer, StreamSequenceToken token = null);
        public abstract Task<StreamSubscriptionHandle<T>> ResumeAsync(IAsyncBatchObserver<T> observer, StreamSequenceToken token = null);
        public abstract bool Equals(StreamSubscriptionHandle<T> other);
        public override bool Equals(object obj) => obj is StreamSubscriptionHandle<T> other && Equals(other);
        public override int GetHashCode() => HandleId.GetHashCode();
    }

    /// <summary>Streams by their key.</summary>
    public static class StreamProviderExtensions
    {
        public static IAsyncStream<T> GetStream<T>(this IStreamProvider streamProvider, Guid id) => streamProvider.GetStream<T>(StreamId.Create(null, id));
        public static IAsyncStream<T> GetStream<T>(this IStreamProvider streamProvider, string ns, Guid id) => streamProvider.GetStream<T>(StreamId.Create(ns, id));
        public static IAsyncStream<T> GetStream<T>(this IStreamProvider streamProvider, string id) => streamProvider.GetStream<T>(StreamId.Create(null, id));
        public static IAsyncStream<T> GetStream<T>(this IStreamProvider streamProvider, string ns, string id) => streamProvider.GetStream<T>(StreamId.Create(ns, id));
        public static IAsyncStream<T> GetStream<T>(this IStreamProvider streamProvider, long id) => streamProvider.GetStream<T>(StreamId.Create(null, id));
        public static IAsyncStream<T> GetStream<T>(this IStreamProvider streamProvider, string ns, long id) => streamProvider.GetStream<T>(StreamId.Create(ns, id));
    }

    /// <summary>Decides which streams an implicit subscription covers.</summary>
    public interface IStreamNamespacePredicate
    {
        bool IsMatch(string streamNamespace);
        string PredicatePattern { get; }
    }
}

namespace Orleans
{
    /// <summary>Subscribes a grain class to all streams of a namespace: the grain with the stream's key gets its items.</summary>
    [AttributeUsage(AttributeTargets.Class, AllowMultiple = true)]
    public class ImplicitStreamSubscriptionAttribute : Attribute
    {
        public ImplicitStreamSubscriptionAttribute(string streamNamespace, string streamIdMapper = null)
            : this(new ExactNamespace(streamNamespace), streamIdMapper)
        {
        }

        public ImplicitStreamSubscriptionAttribute(Type predicateType, string streamIdMapper = null)
            : this((IStreamNamespacePredicate)Activator.CreateInstance(predicateType), streamIdMapper)
        {
        }

        public ImplicitStreamSubscriptionAttribute(IStreamNamespacePredicate predicate, string streamIdMapper = null)
        {
            Predicate = predicate;
            StreamIdMapper = streamIdMapper;
        }

        public IStreamNamespacePredicate Predicate { get; }
        public string StreamIdMapper { get; init; }

        private sealed class ExactNamespace(string expected) : IStreamNamespacePredicate
        {
            public string PredicatePattern => "namespace:" + expected;
            public bool IsMatch(string streamNamespace) => string.Equals(expected, streamNamespace?.Trim(), StringComparison.Ordinal);
        }
    }

    /// <summary>Stream providers for grains and clients.</summary>
    public static class GrainStreamingExtensions
    {
        public static IStreamProvider GetStreamProvider(this Grain grain, string name) => GetStreamProvider((IGrainBase)grain, name);

        public static IStreamProvider GetStreamProvider(this IGrainBase grain, string name) =>
            grain.GrainContext.ActivationServices.GetKeyedService<IStreamProvider>(name) ?? throw new KeyNotFoundException($"There is no stream provider named '{name}'.");
    }

    /// <summary>Stream providers for clients.</summary>
    public static class ClientStreamExtensions
    {
        public static IStreamProvider GetStreamProvider(this IClusterClient client, string name) =>
            client.ServiceProvider.GetKeyedService<IStreamProvider>(name) ?? throw new KeyNotFoundException($"There is no stream provider named '{name}'.");
    }
}

namespace Orleans.Streams.Core
{
    /// <summary>Makes the handle of a subscription for a known item type.</summary>
    public interface IStreamSubscriptionHandleFactory
    {
        StreamId StreamId { get; }
        string ProviderName { get; }
        Guid SubscriptionId { get; }
        StreamSubscriptionHandle<T> Create<T>();
    }

    /// <summary>A grain that wants to hear of subscriptions that were made for it.</summary>
    public interface IStreamSubscriptionObserver
    {
        Task OnSubscribed(IStreamSubscriptionHandleFactory handleFactory);
    }
}
