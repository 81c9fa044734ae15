using System.Diagnostics;
using System.Runtime;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Runtime.Placement;
#if GRAIN_ENGINE_EMBEDDED
using Nsn.Engine.Soak;
#endif

namespace Nsn.Engine.Bench;

/// <summary>Calls from one process to another over TCP. The callers are in this process, all grains in the other.</summary>
internal static class RemoteWorkloads
{
    private const int WarmUpRoundsMax = 8;
    private static readonly TimeSpan s_joinLimit = TimeSpan.FromMinutes(2);

    private delegate Task<(long Count, double Seconds, List<double> Latencies)> MakeCalls(int callers, TimeSpan time, bool measure);

    /// <summary>
    /// Two silos. The callers are first code that is hosted with the silo, as Orleans' own benchmark has it, then grains of the silo (<c>remote_from_grains_*</c>). The other
    /// silo has no gateway: nobody can come to it as a client.
    /// </summary>
    /// <param name="connectionString">The judge's database; null starts a server for it. No call goes there once the grains are placed.</param>
    /// <param name="time">How long each measurement takes.</param>
    public static async Task<RemoteRun> SiloToSiloAsync(string? connectionString, TimeSpan time)
    {
        var (port, otherPort) = (Hosts.FreePort(), Hosts.FreePort());
        var cluster = $"bench-{Guid.NewGuid():N}";
#if GRAIN_ENGINE_EMBEDDED
        await using var server = new PostgreSqlServer();
        if (connectionString is null)
        {
            await server.InitializeAsync();
            connectionString = server.ConnectionString;
        }

        var judge = connectionString;
#else
        var judge = $"{port}";
#endif
        using var host = await Hosts.StartMemberAsync(port, 0, cluster, judge);
        await using var other = await OtherSilo.StartAsync($"{otherPort}", "0", cluster, judge);
        var factory = host.Services.GetRequiredService<IGrainFactory>();
        var grains = Workloads.Grains(host);
        await PlaceAsync(grains, await JoinedAsync(factory, otherPort));
        var made = (long)grains.Length;
        var figures = new List<(string Key, double Value)>();
        made += await MeasureAsync("remote", other.Process, grains[0], (callers, time, measure) => Workloads.Calls(grains, callers, time, measure), time, figures);
        made += await MeasureAsync("remote_from_grains", other.Process, grains[0], (callers, time, measure) => CallsOfGrains(factory, callers, time, measure), time, figures);
        var run = await ReportAsync(grains, other.Process.Id, made, figures);
        await host.StopAsync();
        return run;
    }

    /// <summary>A client and a silo.</summary>
    public static async Task<RemoteRun> ClientToSiloAsync(TimeSpan time)
    {
        var gateway = Hosts.FreePort();
        await using var other = await OtherSilo.StartAsync($"{Hosts.FreePort()}", $"{gateway}");
        using var client = await Hosts.StartClientAsync(gateway);
        var grains = Workloads.Grains(client);
        var figures = new List<(string Key, double Value)>();
        var made = await MeasureAsync("client", other.Process, grains[0], (callers, time, measure) => Workloads.Calls(grains, callers, time, measure), time, figures);
        var run = await ReportAsync(grains, other.Process.Id, made, figures);
        await client.StopAsync();
        return run;
    }

    private static async Task<long> MeasureAsync(string prefix, Process other, IPingGrain witness, MakeCalls calls, TimeSpan time, List<(string Key, double Value)> figures)
    {
        using var self = Process.GetCurrentProcess();
        var warmUp = await WarmUpAsync(witness, calls, time / 2);
        var (caller, callee) = (Cost.Of(self), Cost.Of(other));
        var many = await calls(Workloads.Callers, time, true);
        (caller, callee) = (Cost.Of(self) - caller, Cost.Of(other) - callee);
        var warmUpAlone = await calls(1, time / 4, false);
        var before = Cost.Of(self, other);
        var one = await calls(1, time, true);
        var alone = Cost.Of(self, other) - before;
        figures.AddRange([
            ($"{prefix}_calls_per_s", many.Count / many.Seconds),
            ($"{prefix}_p50_us", Workloads.Percentile(many.Latencies, 0.5)),
            ($"{prefix}_p99_us", Workloads.Percentile(many.Latencies, 0.99)),
            ($"{prefix}_cpu_us_per_call", (caller.Processor + callee.Processor).TotalMicroseconds / many.Count),
            ($"{prefix}_caller_cpu_us_per_call", caller.Processor.TotalMicroseconds / many.Count),
            ($"{prefix}_callee_cpu_us_per_call", callee.Processor.TotalMicroseconds / many.Count),
            ($"{prefix}_sequential_p50_us", Workloads.Percentile(one.Latencies, 0.5)),
            ($"{prefix}_sequential_p10_us", Workloads.Percentile(one.Latencies, 0.1)),
            ($"{prefix}_sequential_cpu_us_per_call", alone.Processor.TotalMicroseconds / one.Count),
            ($"{prefix}_sequential_sleeps_per_call", alone.Sleeps / (double)one.Count),
        ]);
        return warmUp + many.Count + warmUpAlone.Count + one.Count;
    }

    /// <summary>Calls until neither process has compiled anything for a while: the compiler's work, and code that it has not got to yet, would be measured otherwise.</summary>
    private static async Task<long> WarmUpAsync(IPingGrain witness, MakeCalls calls, TimeSpan round)
    {
        var made = 0L;
        var compiled = await CountCompiledAsync();
        for (var rounds = 0; rounds < WarmUpRoundsMax; rounds++)
        {
            made += (await calls(Workloads.Callers, round, false)).Count;
            var before = compiled;
            compiled = await CountCompiledAsync();
            if (compiled == before)
                break;
        }

        return made;

        async Task<long> CountCompiledAsync() => JitInfo.GetCompiledMethodCount() + (await witness.Report()).Compiled;
    }

    /// <summary>The same calls as <see cref="Workloads.Calls"/> makes, by as many grains of this silo.</summary>
    private static async Task<(long Count, double Seconds, List<double> Latencies)> CallsOfGrains(IGrainFactory factory, int callers, TimeSpan time, bool measure)
    {
        var clock = Stopwatch.StartNew();
        var reports = await Task.WhenAll(Enumerable.Range(0, callers).Select(caller => factory.GetGrain<ICallerGrain>(caller).Run(Workloads.GrainCount, time, measure)));
        var seconds = clock.Elapsed.TotalSeconds;
        if (reports.Any(report => report.Process != Environment.ProcessId))
            throw new InvalidOperationException("A calling grain is in the other process, beside the grains that it calls.");
        return (reports.Sum(report => (long)report.Count), seconds, [.. reports.SelectMany(report => report.Latencies)]);
    }

    /// <summary>Waits until this silo knows the other one.</summary>
    private static async Task<SiloAddress> JoinedAsync(IGrainFactory factory, int port)
    {
        var clock = Stopwatch.StartNew();
        while (clock.Elapsed < s_joinLimit)
        {
            if ((await factory.GetGrain<IManagementGrain>(0).GetHosts(onlyActive: true)).Keys.FirstOrDefault(silo => silo.Endpoint.Port == port) is { } other)
                return other;
            await Task.Delay(50);
        }

        throw new TimeoutException($"Within {s_joinLimit} the silo on port {port} was not a member.");
    }

    /// <summary>Activates the grains on one silo, with one call to each.</summary>
    private static async Task PlaceAsync(IPingGrain[] grains, SiloAddress silo)
    {
        RequestContext.Set(IPlacementDirector.PlacementHintKey, silo);
        await Task.WhenAll(grains.Select(grain => grain.Ping(0).AsTask()));
        RequestContext.Clear();
    }

    private static async Task<RemoteRun> ReportAsync(IPingGrain[] grains, int callee, long made, List<(string Key, double Value)> figures)
    {
        var reports = await Task.WhenAll(grains.Select(grain => grain.Report()));
        return new RemoteRun(figures, made, reports.Sum(report => report.Taken), reports.Select(report => report.Process).ToHashSet(), callee);
    }
}
