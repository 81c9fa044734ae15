using Orleans.Streams;

namespace Nsn.Engine.Conformance.Tests;

[Collection(nameof(ClusterCollection))]
public sealed class StreamTests(ClusterFixture fixture)
{
    private IProducerGrain Producer => fixture.Grains.GetGrain<IProducerGrain>("producer");

    [Fact]
    public async Task Subscribers_get_items_in_order_until_they_unsubscribe()
    {
        var consumer = fixture.Grains.GetGrain<IConsumerGrain>("consumer");
        await consumer.Subscribe("explicit", "one");
        Assert.Equal(1, await consumer.Subscriptions("explicit", "one"));
        await Producer.Produce("explicit", "one", 0, 50);
        await Wait.UntilAsync(async () => (await consumer.Items()).Count == 50, "fifty items arrived");
        Assert.Equal(Enumerable.Range(0, 50), await consumer.Items());
        await consumer.Unsubscribe("explicit", "one");
        Assert.Equal(0, await consumer.Subscriptions("explicit", "one"));
    }

    [Fact]
    public async Task Implicit_subscribers_are_found_by_namespace_and_key()
    {
        await Producer.Produce("implicit", "key", 10, 5);
        var consumer = fixture.Grains.GetGrain<IImplicitConsumerGrain>("key");
        await Wait.UntilAsync(async () => (await consumer.Items()).Count == 5, "five items arrived");
        Assert.Equal(Enumerable.Range(10, 5), await consumer.Items());
    }

    [Fact]
    public async Task Clients_produce_and_consume()
    {
        var items = new List<int>();
        var stream = fixture.Cluster.Client.GetStreamProvider("live").GetStream<int>(StreamId.Create("client", "c"));
        var handle = await stream.SubscribeAsync((item, _) =>
        {
            lock (items)
                items.Add(item);
            return Task.CompletedTask;
        });
        await stream.OnNextAsync(1);
        await Producer.Produce("client", "c", 2, 3);
        await Wait.UntilAsync(
            () =>
            {
                lock (items)
                    return Task.FromResult(items.Count == 4);
            },
            "four items arrived at the client");
        await handle.UnsubscribeAsync();
    }
}
