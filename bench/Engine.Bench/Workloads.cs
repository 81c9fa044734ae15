using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Nsn.Engine.Bench;

/// <summary>The workloads of the engine's targets; each gives figures by their JSON key.</summary>
internal static class Workloads
{
    private const int Callers = 100;
    private const int GrainCount = 1000;
    private static readonly TimeSpan s_time = TimeSpan.FromSeconds(4);

    public static (string Name, Func<Task<List<(string Key, double Value)>>> Run)[] All { get; } =
    [
        ("local", Local),
        ("remote", Remote),
        ("activations", Activations),
        ("streams", Streams),
        ("state", State),
    ];

    private static async Task<List<(string Key, double Value)>> Local()
    {
        using var host = await Hosts.StartSiloAsync();
        var grains = Grains(host);
        await Calls(grains, Callers, TimeSpan.FromSeconds(2));
        var before = GC.GetTotalAllocatedBytes(true);
        var (count, seconds, _) = await Calls(grains, Callers, s_time);
        var bytes = (GC.GetTotalAllocatedBytes(true) - before) / (double)count;
        await Calls(grains, 1, TimeSpan.FromSeconds(1));
        var sequential = await Calls(grains, 1, s_time);
        await host.StopAsync();
        return [("local_calls_per_s", count / seconds), ("local_bytes_per_call", bytes), ("local_sequential_calls_per_s", sequential.Count / sequential.Seconds)];
    }

    /// <summary>A client process and a silo process over TCP.</summary>
    private static async Task<List<(string Key, double Value)>> Remote()
    {
        var process = await Hosts.StartSiloProcessAsync(21112, 23001);
        try
        {
            using var client = await Hosts.StartClientAsync(23001);
            var grains = Grains(client);
            await Calls(grains, Callers, TimeSpan.FromSeconds(2));
            var (count, seconds, latencies) = await Calls(grains, Callers, s_time, measure: true);
            await Calls(grains, 1, TimeSpan.FromSeconds(1));
            var sequential = await Calls(grains, 1, s_time, measure: true);
            await client.StopAsync();
            return
            [
                ("remote_calls_per_s", count / seconds),
                ("remote_p50_us", Percentile(latencies, 0.5)),
                ("remote_p99_us", Percentile(latencies, 0.99)),
                ("remote_sequential_p50_us", Percentile(sequential.Latencies, 0.5)),
            ];
        }
        finally
        {
            process.StandardInput.Close();
            await process.WaitForExitAsync();
        }
    }

    private static async Task<List<(string Key, double Value)>> Activations()
    {
        const int count = 100_000;
        using var host = await Hosts.StartSiloAsync();
        var factory = host.Services.GetRequiredService<IGrainFactory>();
        await Activate(factory, 1_000_000, 10_000);
        GC.Collect(2, GCCollectionMode.Forced, true, true);
        var before = GC.GetTotalMemory(true);
        var clock = Stopwatch.StartNew();
        await Activate(factory, 0, count);
        var seconds = clock.Elapsed.TotalSeconds;
        GC.Collect(2, GCCollectionMode.Forced, true, true);
        var bytes = (GC.GetTotalMemory(true) - before) / (double)count;
        await host.StopAsync();
        return [("activations_per_s", count / seconds), ("idle_activation_bytes", bytes)];
    }

    private static Task Activate(IGrainFactory factory, int first, int count)
    {
        var next = first - 1;
        return Task.WhenAll(Enumerable.Range(0, Callers).Select(_ => Task.Run(async () =>
        {
            for (var key = Interlocked.Increment(ref next); key < first + count; key = Interlocked.Increment(ref next))
                await factory.GetGrain<IIdleGrain>(key).Touch();
        })));
    }

    private static async Task<List<(string Key, double Value)>> Streams()
    {
        const int subscribers = 10;
        using var host = await Hosts.StartSiloAsync();
        var factory = host.Services.GetRequiredService<IGrainFactory>();
        var stream = host.Services.GetRequiredKeyedService<Orleans.Streams.IStreamProvider>("live").GetStream<long>(StreamId.Create("bench", "many"));
        var sinks = Enumerable.Range(0, subscribers).Select(i => factory.GetGrain<ISinkGrain>(i)).ToArray();
        foreach (var sink in sinks)
            await sink.Subscribe("many");
        const int items = 50_000;
        for (var i = 0; i < 5_000; i++)
            await stream.OnNextAsync(i);
        await Drained(sinks, 5_000);
        var clock = Stopwatch.StartNew();
        for (var i = 0; i < items; i++)
            await stream.OnNextAsync(i);
        await Drained(sinks, 5_000 + items);
        var rate = items * subscribers / clock.Elapsed.TotalSeconds;

        var lone = host.Services.GetRequiredKeyedService<Orleans.Streams.IStreamProvider>("live").GetStream<long>(StreamId.Create("bench", "lone"));
        var waiting = factory.GetGrain<ISinkGrain>(1000);
        await waiting.Subscribe("lone");
        var latencies = new List<double>();
        for (var i = 1; i <= 50; i++)
        {
            await Task.Delay(50);
            var sent = Stopwatch.GetTimestamp();
            await lone.OnNextAsync(i);
            while (await waiting.Count() < i)
                await Task.Delay(1);
            latencies.Add(Stopwatch.GetElapsedTime(sent, await waiting.LastTimestamp()).TotalMilliseconds);
        }

        await host.StopAsync();
        return [("stream_deliveries_per_s", rate), ("stream_live_idle_ms", Percentile(latencies, 0.5))];
    }

    private static async Task Drained(ISinkGrain[] sinks, long count)
    {
        foreach (var sink in sinks)
        {
            while (await sink.Count() < count)
                await Task.Delay(1);
        }
    }

    private static async Task<List<(string Key, double Value)>> State()
    {
        using var host = await Hosts.StartSiloAsync();
        var factory = host.Services.GetRequiredService<IGrainFactory>();
        var total = 0L;
        var clock = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, Callers).Select(i => Task.Run(async () =>
        {
            var grain = factory.GetGrain<IWriterGrain>(i);
            var count = 0;
            while (clock.Elapsed < s_time)
            {
                await grain.Write();
                count++;
            }

            Interlocked.Add(ref total, count);
        })));
        await host.StopAsync();
        return [("state_writes_per_s", total / clock.Elapsed.TotalSeconds)];
    }

    private static IPingGrain[] Grains(IHost host)
    {
        var factory = host.Services.GetRequiredService<IGrainFactory>();
        return [.. Enumerable.Range(0, GrainCount).Select(i => factory.GetGrain<IPingGrain>(i))];
    }

    private static async Task<(long Count, double Seconds, List<double> Latencies)> Calls(IPingGrain[] grains, int callers, TimeSpan time, bool measure = false)
    {
        var total = 0L;
        var latencies = new List<double>();
        var clock = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, callers).Select(caller => Task.Run(async () =>
        {
            var own = new List<double>();
            var count = 0;
            var grain = caller * 7;
            while ((count & 15) != 0 || clock.Elapsed < time)
            {
                var sent = measure ? Stopwatch.GetTimestamp() : 0;
                await grains[grain++ % grains.Length].Ping(count);
                if (measure)
                    own.Add(Stopwatch.GetElapsedTime(sent).TotalMicroseconds);
                count++;
            }

            Interlocked.Add(ref total, count);
            lock (latencies)
                latencies.AddRange(own);
        })));
        return (total, clock.Elapsed.TotalSeconds, latencies);
    }

    private static double Percentile(List<double> values, double share)
    {
        values.Sort();
        return values.Count == 0 ? double.NaN : values[(int)((values.Count - 1) * share)];
    }
}
