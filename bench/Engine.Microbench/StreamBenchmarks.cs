using BenchmarkDotNet.Attributes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Streams;

namespace Nsn.Engine.Microbench;

/// <summary>Publishing on a live stream: until the stream has taken the item. Deliveries go on beside it, and the slowest may drop some.</summary>
[MemoryDiagnoser]
public class StreamBenchmarks
{
    private const int ItemsPerRound = 1000;
    private static readonly long[] s_batch = [.. Enumerable.Range(0, 100).Select(i => (long)i)];
    private IHost _host = null!;
    private IAsyncStream<long> _stream = null!;

    [Params(0, 1, 10)]
    public int Subscribers { get; set; }

    [GlobalSetup]
    public async Task Setup()
    {
        _host = Hosts.StartSilo();
        var factory = _host.Services.GetRequiredService<IGrainFactory>();
        _stream = _host.Services.GetRequiredKeyedService<IStreamProvider>(Hosts.Streams).GetStream<long>(StreamId.Create("microbench", "items"));
        for (var i = 0; i < Subscribers; i++)
            await factory.GetGrain<ISinkGrain>(i).Subscribe("items");
    }

    [GlobalCleanup]
    public void Cleanup() => Hosts.Stop(_host);

    [Benchmark(OperationsPerInvoke = ItemsPerRound)]
    public async Task Publish_an_item()
    {
        for (var i = 0; i < ItemsPerRound; i++)
            await _stream.OnNextAsync(i);
    }

    [Benchmark(OperationsPerInvoke = ItemsPerRound)]
    public async Task Publish_an_item_in_a_batch_of_100()
    {
        for (var i = 0; i < ItemsPerRound; i += s_batch.Length)
            await _stream.OnNextBatchAsync(s_batch);
    }
}
