using System.Diagnostics;
using System.Globalization;

namespace Nsn.Engine.Bench;

/// <summary>What some processes have used: processor time, and how often one of their threads went to sleep, which says how many threads a call wakes.</summary>
internal readonly record struct Cost(TimeSpan Processor, long Sleeps)
{
    public static Cost Of(params Process[] processes)
    {
        var sum = new Cost(TimeSpan.Zero, 0);
        foreach (var process in processes)
        {
            process.Refresh();
            sum = new Cost(sum.Processor + process.TotalProcessorTime, sum.Sleeps + CountSleeps(process.Id));
        }

        return sum;
    }

    public static Cost operator -(Cost after, Cost before) => new(after.Processor - before.Processor, after.Sleeps - before.Sleeps);

    private static long CountSleeps(int process)
    {
        var sleeps = 0L;
        foreach (var task in Directory.EnumerateDirectories($"/proc/{process}/task"))
        {
            try
            {
                foreach (var line in File.ReadLines($"{task}/status"))
                {
                    if (line.StartsWith("voluntary_ctxt_switches:", StringComparison.Ordinal))
                        sleeps += long.Parse(line.AsSpan(line.IndexOf(':') + 1), CultureInfo.InvariantCulture);
                }
            }
            catch (IOException)
            {
                // The thread has ended since.
            }
        }

        return sleeps;
    }
}
