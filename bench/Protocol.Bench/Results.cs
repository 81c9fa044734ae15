using System.Globalization;

namespace Nsn.Protocol.Bench;

/// <summary>
/// Measures and collects figures. Time is processor time of this process, not of the clock on the wall: the figures are those of one core that is not shared.
/// </summary>
internal sealed class Results
{
    internal SortedDictionary<string, double> Figures { get; } = new(StringComparer.Ordinal);

    internal void Report(string key, double value, string target)
    {
        Figures[key] = Math.Round(value, 4);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{key,-40} {value,14:N3}   target {target}"));
    }

    /// <summary>Processor seconds that one call takes: the median of rounds of at least 50 ms each, after half a second of warm-up (compilation included).</summary>
    internal static double Seconds(Action operation, int rounds = 9)
    {
        for (double warm = 0; warm < 0.5; warm += Math.Max(Time(operation, 1), 1e-6))
        {
        }

        int calls = 1;
        while (Time(operation, calls) < 0.05)
            calls *= 2;
        double[] times = [.. Enumerable.Range(0, rounds).Select(_ => Time(operation, calls) / calls)];
        Array.Sort(times);
        return times[rounds / 2];
    }

    private static double Time(Action operation, int calls)
    {
        TimeSpan start = Environment.CpuUsage.TotalTime;
        for (int i = 0; i < calls; i++)
            operation();
        return (Environment.CpuUsage.TotalTime - start).TotalSeconds;
    }
}
