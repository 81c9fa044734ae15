using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Nsn.Samples.ThreeSilos;

/// <summary>Counts twice a second with all counters, and prints a line each time: for each counter what it has counted to, and on which silo.</summary>
internal sealed class Watch(IHost client, IReadOnlyList<SiloProcess> silos)
{
    private const int Counters = 10;
    private static readonly TimeSpan s_pace = TimeSpan.FromMilliseconds(500);

    private readonly IClusterClient _grains = client.Services.GetRequiredService<IClusterClient>();
    private readonly HashSet<SiloProcess> _gone = [];
    private readonly int[] _acknowledged = new int[Counters];
    private Stopwatch? _sinceGone;

    /// <summary>When the first silo is killed; null leaves that to whoever watches.</summary>
    public TimeSpan? KillAfter { get; init; }

    /// <summary>Counts that were acknowledged and were not there afterwards.</summary>
    public int Lost { get; private set; }

    public async Task RunAsync(CancellationToken end)
    {
        var clock = Stopwatch.StartNew();
        while (!end.IsCancellationRequested)
        {
            if (clock.Elapsed > KillAfter && !silos[0].HasExited)
                silos[0].Kill();
            Announce();
            var seen = await Task.WhenAll(Enumerable.Range(0, Counters).Select(CountAsync));
            Console.WriteLine($"{clock.Elapsed.TotalSeconds,6:0.0} s  {string.Join("  ", seen.Select(one => one.Text.PadRight(7)))}");
            if (_sinceGone is { } since && seen.All(one => one.Answered))
            {
                Console.WriteLine($"          all counters answer again, {since.Elapsed.TotalSeconds:0.0} s after it was seen that a silo is gone; {Lost} acknowledged counts lost");
                _sinceGone = null;
            }

            await Task.Delay(s_pace, end).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private void Announce()
    {
        foreach (var silo in silos.Where(silo => silo.HasExited && _gone.Add(silo)))
        {
            Console.WriteLine($"          {silo.Name} (process {silo.Id}) is gone");
            _sinceGone = Stopwatch.StartNew();
        }
    }

    private async Task<(bool Answered, string Text)> CountAsync(int index)
    {
        try
        {
            var (count, port) = await _grains.GetGrain<ICounter>($"counter {index}").Increment();
            if (count <= _acknowledged[index])
                Lost++;
            _acknowledged[index] = count;
            return (true, $"{count}@{silos.FirstOrDefault(silo => silo.Port == port)?.Name[^1]}");
        }
        catch (Exception exception) when (exception is OrleansException or TimeoutException)
        {
            return (false, "-");
        }
    }
}
