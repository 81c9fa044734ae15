using Orleans.Streams;

namespace Nsn.Engine.Conformance.Tests;

public interface IBatchProducerGrain : IGrainWithStringKey
{
    Task Produce(string stream, List<int> items);
}

public sealed class BatchProducerGrain : Grain, IBatchProducerGrain
{
    public Task Produce(string stream, List<int> items) => this.GetStreamProvider("live").GetStream<int>(StreamId.Create("batches", stream)).OnNextBatchAsync(items);
}

public interface IBatchConsumerGrain : IGrainWithStringKey
{
    Task Subscribe(string stream);
    Task<List<int>> Items();
}

public sealed class BatchConsumerGrain : Grain, IBatchConsumerGrain, IAsyncBatchObserver<int>
{
    private readonly List<int> _items = [];

    public Task Subscribe(string stream) => this.GetStreamProvider("live").GetStream<int>(StreamId.Create("batches", stream)).SubscribeAsync((IAsyncBatchObserver<int>)this);
    public Task<List<int>> Items() => Task.FromResult(_items);

    public Task OnNextAsync(IList<SequentialItem<int>> items)
    {
        _items.AddRange(items.Select(item => item.Item));
        return Task.CompletedTask;
    }

    public Task OnErrorAsync(Exception ex) => Task.CompletedTask;
}

public interface IResumingGrain : IGrainWithStringKey
{
    Task Subscribe(string stream);
    Task<List<int>> Items();
    Task<Guid> Activation();
    Task Deactivate();
}

/// <summary>Takes up its subscriptions when it is activated.</summary>
public sealed class ResumingGrain : Grain, IResumingGrain
{
    private readonly Guid _activation = Guid.NewGuid();
    private readonly List<int> _items = [];

    private IAsyncStream<int> Stream(string stream) => this.GetStreamProvider("live").GetStream<int>(StreamId.Create("resumed", stream));

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        foreach (var handle in await Stream(this.GetPrimaryKeyString()).GetAllSubscriptionHandles())
            await handle.ResumeAsync(Take);
    }

    public Task Subscribe(string stream) => Stream(stream).SubscribeAsync(Take);
    public Task<List<int>> Items() => Task.FromResult(_items);
    public Task<Guid> Activation() => Task.FromResult(_activation);

    public Task Deactivate()
    {
        DeactivateOnIdle();
        return Task.CompletedTask;
    }

    private Task Take(int item, StreamSequenceToken? token)
    {
        _items.Add(item);
        return Task.CompletedTask;
    }
}
