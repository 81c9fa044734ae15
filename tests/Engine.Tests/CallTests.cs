using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Configuration;

namespace Nsn.Engine.Tests;

public interface ICounterGrain : IGrainWithIntegerKey
{
    ValueTask<int> Ping(int value);
    Task<int> Add(int value);
    Task Fail(string message);
    IAsyncEnumerable<int> Count(int to);
}

public class CounterGrain : Grain, ICounterGrain
{
    private int _total;

    public ValueTask<int> Ping(int value) => new(value + 1);

    public async Task<int> Add(int value)
    {
        var before = _total;
        await Task.Yield();
        _total = before + value;
        return _total;
    }

    public Task Fail(string message) => throw new InvalidOperationException(message);

    public async IAsyncEnumerable<int> Count(int to)
    {
        for (var i = 0; i < to; i++)
        {
            await Task.Yield();
            yield return i;
        }
    }
}

public sealed class CallTests
{
    [Fact]
    public async Task A_grain_answers_in_a_silo_of_one_process()
    {
        using var host = Host.CreateApplicationBuilder().UseOrleans(silo => silo.UseLocalhostClustering(siloPort: 0, gatewayPort: 0)).Build();
        await host.StartAsync(TestContext.Current.CancellationToken);
        var grain = host.Services.GetRequiredService<IGrainFactory>().GetGrain<ICounterGrain>(1);
        Assert.Equal(42, await grain.Ping(41));
        var sums = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => grain.Add(1)));
        Assert.Equal(100, sums.Max());
        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => grain.Fail("no"));
        Assert.Equal("no", error.Message);
        var items = new List<int>();
        await foreach (var item in grain.Count(250).WithCancellation(TestContext.Current.CancellationToken))
            items.Add(item);
        Assert.Equal(Enumerable.Range(0, 250), items);
        await host.StopAsync(TestContext.Current.CancellationToken);
    }
}
