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

    [Fact]
    public async Task Batches_arrive_whole_and_in_order()
    {
        var batches = fixture.Grains.GetGrain<IBatchConsumerGrain>("batch consumer");
        await batches.Subscribe("b");
        await fixture.Grains.GetGrain<IBatchProducerGrain>("batch producer").Produce("b", [1, 2, 3, 4, 5]);
        await fixture.Grains.GetGrain<IBatchProducerGrain>("batch producer").Produce("b", [6, 7]);
        await Wait.UntilAsync(async () => (await batches.Items()).Count == 7, "seven items arrived", seconds: 60);
        Assert.Equal(Enumerable.Range(1, 7), await batches.Items());
    }

    [Fact]
    public async Task A_new_activation_takes_its_subscriptions_up()
    {
        var consumer = fixture.Grains.GetGrain<IResumingGrain>("resumed");
        await consumer.Subscribe("resumed");
        var activation = await consumer.Activation();
        await consumer.Deactivate();
        await Wait.UntilAsync(async () => await consumer.Activation() != activation, "a new activation answered", seconds: 60);
        await Producer.Produce("resumed", "resumed", 1, 3);
        await Wait.UntilAsync(async () => (await consumer.Items()).Count == 3, "three items arrived at the new activation", seconds: 60);
        Assert.Equal([1, 2, 3], await consumer.Items());
    }
}
