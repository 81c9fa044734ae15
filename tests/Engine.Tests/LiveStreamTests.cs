using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Nsn.Engine.Runtime.Streams;
using Orleans.Providers;
using Orleans.Storage;
using Orleans.Streams;
using Orleans.Streams.Core;

namespace Nsn.Engine.Tests;

public interface ISluggishGrain : IGrainWithStringKey
{
    Task Subscribe(string stream);
    Task<List<int>> Items();
    Task<List<string>> Ends();
}

/// <summary>Does not come back from its first item until it is let go.</summary>
public sealed class SluggishGrain(LiveStreamTests.Latch latch) : Grain, ISluggishGrain
{
    private readonly List<int> _items = [];
    private readonly List<string> _ends = [];

    public Task Subscribe(string stream) => this.GetStreamProvider("live").GetStream<int>(StreamId.Create("numbers", stream)).SubscribeAsync(
        async (item, _) =>
        {
            _items.Add(item);
            await latch.Task;
        },
        error =>
        {
            _ends.Add(error.Message);
            return Task.CompletedTask;
        },
        () =>
        {
            _ends.Add("completed");
            return Task.CompletedTask;
        });

    public Task<List<int>> Items() => Task.FromResult(_items);
    public Task<List<string>> Ends() => Task.FromResult(_ends);
}

public interface IFickleGrain : IGrainWithStringKey
{
    Task Subscribe(string stream);
    Task Leave();
    Task<int> SubscriptionCount(string stream);
}

/// <summary>Subscribes, and when items come that a later activation of it has no handler for ends the subscription.</summary>
public sealed class FickleGrain(LiveStreamTests.Latch latch) : Grain, IFickleGrain, IStreamSubscriptionObserver
{
    public Task Subscribe(string stream) => StreamOf(stream).SubscribeAsync((_, _) => Task.CompletedTask);
    public async Task<int> SubscriptionCount(string stream) => (await StreamOf(stream).GetAllSubscriptionHandles()).Count;

    public Task Leave()
    {
        DeactivateOnIdle();
        return Task.CompletedTask;
    }

    public async Task OnSubscribed(IStreamSubscriptionHandleFactory handleFactory)
    {
        await handleFactory.Create<int>().UnsubscribeAsync();
        latch.TrySetResult();
    }

    private IAsyncStream<int> StreamOf(string stream) => this.GetStreamProvider("live").GetStream<int>(StreamId.Create("numbers", stream));
}

public sealed class LiveStreamTests
{
    private const int Last = 5_999;

    [Fact]
    public async Task A_subscription_that_its_grain_is_told_of_can_be_ended()
    {
        var latch = new Latch();
        using var host = await StartAsync(latch);
        var stream = host.Services.GetRequiredKeyedService<IStreamProvider>("live").GetStream<int>(StreamId.Create("numbers", "ended"));
        var grain = host.Services.GetRequiredService<IGrainFactory>().GetGrain<IFickleGrain>("fickle");
        await grain.Subscribe("ended");
        Assert.Equal(1, await grain.SubscriptionCount("ended"));
        await grain.Leave();
        await stream.OnNextAsync(1);
        await latch.Task.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        Assert.Equal(0, await grain.SubscriptionCount("ended"));
        await host.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Subscribers_that_come_and_go_together_are_all_stored()
    {
        const int Subscribers = 20;
        var latch = new Latch();
        latch.SetResult();
        var storage = new CheckingStorage();
        using var host = await StartAsync(latch, storage);
        var factory = host.Services.GetRequiredService<IGrainFactory>();
        var id = StreamId.Create("numbers", "together");
        var hub = ((HubStreamProvider)host.Services.GetRequiredKeyedService<IStreamProvider>("live")).HubOf(id);
        var grains = Enumerable.Range(0, Subscribers).Select(i => factory.GetGrain<ISluggishGrain>($"together {i}")).ToList();
        var subscribing = grains.ConvertAll(grain => grain.Subscribe("together"));
        foreach (var grain in grains)
            await Until.WorksAsync($"{grain.GetGrainId()} asks for the stream", async () => Assert.Single(await hub.GetSubscriptions(id, grain.GetGrainId())));
        storage.MayWrite.SetResult(); // now all wait for the first write
        await Task.WhenAll(subscribing).WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        Assert.Equal(Subscribers, storage.Stored.Count);
        Assert.InRange(storage.Writes, 2, Subscribers);
        await host.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_subscriber_that_is_too_slow_loses_its_oldest_items_and_holds_up_nobody()
    {
        var latch = new Latch();
        using var host = await StartAsync(latch);
        var factory = host.Services.GetRequiredService<IGrainFactory>();
        var stream = host.Services.GetRequiredKeyedService<IStreamProvider>("live").GetStream<int>(StreamId.Create("numbers", "many"));
        var sink = factory.GetGrain<ISluggishGrain>("slow");
        await sink.Subscribe("many");
        for (var i = 0; i <= Last; i++)
            await stream.OnNextAsync(i);
        latch.SetResult();

        var items = new List<int>();
        var clock = System.Diagnostics.Stopwatch.StartNew();
        while (!items.Contains(Last))
        {
            Assert.True(clock.Elapsed < TimeSpan.FromSeconds(60), $"Within 60 s the last item did not arrive; {items.Count} others did.");
            items = await sink.Items();
        }

        Assert.Equal(items.Distinct().Order(), items);
        Assert.InRange(items.Count, 4_096, Last);
        await host.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Subscribers_hear_of_errors_and_of_the_end_after_the_items()
    {
        var latch = new Latch();
        latch.SetResult();
        using var host = await StartAsync(latch);
        var sink = host.Services.GetRequiredService<IGrainFactory>().GetGrain<ISluggishGrain>("ends");
        var stream = host.Services.GetRequiredKeyedService<IStreamProvider>("live").GetStream<int>(StreamId.Create("numbers", "short"));
        await sink.Subscribe("short");
        await stream.OnNextAsync(1);
        await stream.OnErrorAsync(new InvalidOperationException("lost the source"));
        await stream.OnCompletedAsync();
        var ends = new List<string>();
        var clock = System.Diagnostics.Stopwatch.StartNew();
        while (ends.Count < 2)
        {
            Assert.True(clock.Elapsed < TimeSpan.FromSeconds(60), $"Within 60 s the end did not arrive; this did: {string.Join(", ", ends)}.");
            ends = await sink.Ends();
        }

        Assert.Equal(["lost the source", "completed"], ends);
        Assert.Equal([1], await sink.Items());
        await host.StopAsync(TestContext.Current.CancellationToken);
    }

    private static async Task<IHost> StartAsync(Latch latch, IGrainStorage? storage = null)
    {
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Logging.SetMinimumLevel(LogLevel.Error);
        builder.Services.AddSingleton(latch);
        if (storage is not null)
            builder.Services.AddKeyedSingleton(ProviderConstants.DEFAULT_PUBSUB_PROVIDER_NAME, storage);
        builder.UseOrleans(silo => silo.UseLocalhostClustering(Ports.Free(), 0).AddMemoryStreams("live"));
        var host = builder.Build();
        await host.StartAsync(TestContext.Current.CancellationToken);
        return host;
    }

    /// <summary>Takes its time, and refuses a write that does not follow on the one before.</summary>
    private sealed class CheckingStorage : IGrainStorage
    {
        private int _version;

        public int Writes => _version;
        public TaskCompletionSource MayWrite { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
        public List<StreamSubscription> Stored { get; private set; } = [];

        public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) => Task.CompletedTask;
        public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) => Task.CompletedTask;

        public async Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
        {
            var (state, tag) = ((List<StreamSubscription>)(object)grainState.State!, grainState.ETag ?? "0");
            await MayWrite.Task;
            if (tag != $"{_version}")
                throw new InconsistentStateException("The subscriptions were written by another.", $"{_version}", tag);
            Stored = state;
            grainState.ETag = $"{++_version}";
        }
    }

    /// <summary>Opened once.</summary>
    public sealed class Latch() : TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
}
