using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Streams;

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

public sealed class LiveStreamTests
{
    private const int Last = 5_999;

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

    private static async Task<IHost> StartAsync(Latch latch)
    {
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Logging.SetMinimumLevel(LogLevel.Error);
        builder.Services.AddSingleton(latch);
        builder.UseOrleans(silo => silo.UseLocalhostClustering(Ports.Free(), 0).AddMemoryStreams("live"));
        var host = builder.Build();
        await host.StartAsync(TestContext.Current.CancellationToken);
        return host;
    }

    /// <summary>Opened once.</summary>
    public sealed class Latch() : TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
}
