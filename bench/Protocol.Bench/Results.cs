using System.Diagnostics;
using System.Globalization;

namespace Nsn.Protocol.Bench;

/// <summary>Measures and collects figures.</summary>
internal sealed class Results
{
    internal SortedDictionary<string, double> Figures { get; } = new(StringComparer.Ordinal);

    internal void Report(string key, double value, string target)
    {
        Figures[key] = Math.Round(value, 4);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{key,-40} {value,14:N3}   target {target}"));
    }

    /// <summary>Seconds that one call takes: the median of rounds of at least 50 ms each, after as much warm-up.</summary>
    internal static double Seconds(Action operation, int rounds = 9)
    {
        int calls = 1;
        while (Time(operation, calls) < 0.05)
            calls *= 2;
        double[] times = [.. Enumerable.Range(0, rounds).Select(_ => Time(operation, calls) / calls)];
        Array.Sort(times);
        return times[rounds / 2];
    }

    private static double Time(Action operation, int calls)
    {
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < calls; i++)
            operation();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
