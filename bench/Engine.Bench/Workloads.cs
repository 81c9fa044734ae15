using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Nsn.Engine.Bench;

/// <summary>The workloads of the engine's targets; each gives figures by their JSON key.</summary>
internal static class Workloads
{
    public const int Callers = 100;
    public const int GrainCount = 1000;

    /// <summary>How long each measurement takes.</summary>
    public static TimeSpan Time { get; set; } = TimeSpan.FromSeconds(4);

    /// <summary>The workloads by name. Those with PostgreSQL get a connection string, or null to start a server of their own.</summary>
    public static (string Name, Func<string?, Task<List<(string Key, double Value)>>> Run)[] All { get; } =
    [
        ("local", _ => Local()),
        ("remote", async connectionString => (await RemoteWorkloads.SiloToSiloAsync(connectionString, Time)).Checked()),
        ("client", async _ => (await RemoteWorkloads.ClientToSiloAsync(Time)).Checked()),
        ("activations", _ => Activations()),
        ("streams", _ => Streams()),
        ("state", _ => State()),
#if GRAIN_ENGINE_EMBEDDED
        ("postgres", PostgreSqlWorkloads.RunAsync),
#endif
    ];

    private static async Task<List<(string Key, double Value)>> Local()
    {
        using var host = await Hosts.StartSiloAsync();
        var grains = Grains(host);
        await Calls(grains, Callers, Time / 2);
        var before = GC.GetTotalAllocatedBytes(true);
        var (count, seconds, _) = await Calls(grains, Callers, Time);
        var bytes = (GC.GetTotalAllocatedBytes(true) - before) / (double)count;
        await Calls(grains, 1, Time / 4);
        var sequential = await Calls(grains, 1, Time);
        await host.StopAsync();
        return [("local_calls_per_s", count / seconds), ("local_bytes_per_call", bytes), ("local_sequential_calls_per_s", sequential.Count / sequential.Seconds)];
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

    public static Task Activate(IGrainFactory factory, int first, int count, int callers = Callers)
    {
        var next = first - 1;
        return Task.WhenAll(Enumerable.Range(0, callers).Select(_ => Task.Run(async () =>
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
            await sink.Subscribe("live", "many");
        const int warmUp = 5_000, items = 50_000;
        var sent = 0;
        await SendTo(warmUp);
        var clock = Stopwatch.StartNew();
        await SendTo(warmUp + items);
        var rate = items * subscribers / clock.Elapsed.TotalSeconds;

        var idle = await IdleItem(host, "live");
        await host.StopAsync();
        return [("stream_deliveries_per_s", rate), ("stream_live_idle_ms", idle)];

        // Never further ahead than a live stream holds for a slow subscriber: beyond that it drops the oldest.
        async Task SendTo(int count)
        {
            const int aheadMax = 2_000, step = 500;
            while (sent < count)
            {
                await stream.OnNextAsync(sent++);
                if (sent % step == 0)
                    await Drained(sinks, sent - aheadMax);
            }

            await Drained(sinks, count);
        }
    }

    /// <summary>Milliseconds from a producer's call until the only subscriber of a stream on which nothing else happens has the item; the median.</summary>
    public static async Task<double> IdleItem(IHost host, string provider)
    {
        var stream = host.Services.GetRequiredKeyedService<Orleans.Streams.IStreamProvider>(provider).GetStream<long>(StreamId.Create("bench", "lone"));
        var sink = host.Services.GetRequiredService<IGrainFactory>().GetGrain<ISinkGrain>(1000);
        await sink.Subscribe(provider, "lone");
        var latencies = new List<double>();
        for (var i = 1; i <= 50; i++)
        {
            await Task.Delay(50);
            var sent = Stopwatch.GetTimestamp();
            await stream.OnNextAsync(i);
            while (await sink.Count() < i)
                await Task.Delay(1);
            latencies.Add(Stopwatch.GetElapsedTime(sent, await sink.LastTimestamp()).TotalMilliseconds);
        }

        return Percentile(latencies, 0.5);
    }

    private static async Task Drained(ISinkGrain[] sinks, long count)
    {
        var clock = Stopwatch.StartNew();
        foreach (var sink in sinks)
        {
            while (await sink.Count() is var taken && taken < count)
            {
                if (clock.Elapsed > TimeSpan.FromMinutes(1))
                    throw new TimeoutException($"A subscriber has taken {taken} of {count} items, and no more come.");
                await Task.Delay(1);
            }
        }
    }

    private static async Task<List<(string Key, double Value)>> State()
    {
        using var host = await Hosts.StartSiloAsync();
        var rate = await WritesPerSecond(host);
        await host.StopAsync();
        return [("state_writes_per_s", rate)];
    }

    /// <summary>State writes a second of as many grains as callers.</summary>
    public static async Task<double> WritesPerSecond(IHost host)
    {
        var factory = host.Services.GetRequiredService<IGrainFactory>();
        var total = 0L;
        var clock = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, Callers).Select(i => Task.Run(async () =>
        {
            var grain = factory.GetGrain<IWriterGrain>(i);
            var count = 0;
            while (clock.Elapsed < Time)
            {
                await grain.Write();
                count++;
            }

            Interlocked.Add(ref total, count);
        })));
        return total / clock.Elapsed.TotalSeconds;
    }

    public static IPingGrain[] Grains(IHost host)
    {
        var factory = host.Services.GetRequiredService<IGrainFactory>();
        return [.. Enumerable.Range(0, GrainCount).Select(i => factory.GetGrain<IPingGrain>(i))];
    }

    public static async Task<(long Count, double Seconds, List<double> Latencies)> Calls(IPingGrain[] grains, int callers, TimeSpan time, bool measure = false)
    {
        var clock = Stopwatch.StartNew();
        var reports = await Task.WhenAll(Enumerable.Range(0, callers).Select(caller => Task.Run(() => Caller.RunAsync(grains, caller, time, measure))));
        return (reports.Sum(report => (long)report.Count), clock.Elapsed.TotalSeconds, [.. reports.SelectMany(report => report.Latencies)]);
    }

    public static double Percentile(List<double> values, double share)
    {
        values.Sort();
        return values.Count == 0 ? double.NaN : values[(int)((values.Count - 1) * share)];
    }
}
