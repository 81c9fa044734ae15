using System.Diagnostics;

namespace Nsn.Engine.Bench;

/// <summary>One of several callers: it goes through the grains, and calls the next when it has the answer of the one before.</summary>
internal static class Caller
{
    /// <param name="grains">The grains, in the order in which they are called.</param>
    /// <param name="number">Which caller this is: each begins with another grain.</param>
    /// <param name="time">How long it calls.</param>
    /// <param name="measure">Whether it notes how long each call takes.</param>
    public static async Task<CallerReport> RunAsync(IPingGrain[] grains, int number, TimeSpan time, bool measure)
    {
        var clock = Stopwatch.StartNew();
        var latencies = new List<double>();
        var count = 0;
        var grain = number * 7;
        while ((count & 15) != 0 || clock.Elapsed < time)
        {
            var sent = measure ? Stopwatch.GetTimestamp() : 0;
            await grains[grain++ % grains.Length].Ping(count);
            if (measure)
                latencies.Add(Stopwatch.GetElapsedTime(sent).TotalMicroseconds);
            count++;
        }

        return new CallerReport { Count = count, Latencies = latencies };
    }
}
