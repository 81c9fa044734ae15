using System.Globalization;

namespace Nsn.OnAir.Bench;

/// <summary>A process and everything that it started, as Linux accounts for them in <c>/proc</c>.</summary>
internal static class ProcessTree
{
    // Clock ticks a second in /proc/PID/stat: the kernel gives all programs on x64 and arm64 the same (USER_HZ).
    private const double TicksPerSecond = 100;

    /// <summary>Looks at a process and all below it.</summary>
    /// <param name="root">Its number.</param>
    /// <returns>
    /// How many processes there are; the seconds of processor time of all of them and of those that they started and outlived; and their memory in bytes, where what
    /// several processes map together (PostgreSQL's buffers, libraries) counts once among them (<c>Pss</c>).
    /// </returns>
    public static ProcessUse Look(int root)
    {
        Dictionary<int, Entry> all = [];
        foreach (string folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out int id) && Read(folder) is Entry entry)
                all[id] = entry;
        }

        ILookup<int, int> children = all.ToLookup(pair => pair.Value.Parent, pair => pair.Key);
        int processes = 0;
        double seconds = 0;
        long bytes = 0;
        var next = new Stack<int>([root]);
        while (next.TryPop(out int id))
        {
            if (!all.TryGetValue(id, out Entry entry))
                continue;
            processes++;
            seconds += entry.Seconds;
            bytes += ProportionalBytes(id);
            foreach (int child in children[id])
                next.Push(child);
        }

        return new ProcessUse(processes, seconds, bytes);
    }

    private static Entry? Read(string folder)
    {
        try
        {
            string stat = File.ReadAllText($"{folder}/stat");
            // The name, the second field, may hold blanks and parentheses itself; what follows its last one are fields 3 and on.
            string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            long ticks = fields[11..15].Sum(field => long.Parse(field, CultureInfo.InvariantCulture));
            return new Entry(int.Parse(fields[1], CultureInfo.InvariantCulture), ticks / TicksPerSecond);
        }
        catch (IOException)
        {
            return null; // ended meanwhile
        }
    }

    private static long ProportionalBytes(int id)
    {
        try
        {
            string line = File.ReadLines($"/proc/{id}/smaps_rollup").First(line => line.StartsWith("Pss:", StringComparison.Ordinal));
            return 1024 * long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return 0; // ended meanwhile
        }
    }

    /// <summary>One process: who started it, and its processor time with that of children that it waited for.</summary>
    private readonly record struct Entry(int Parent, double Seconds);
}

/// <summary>What a process and all below it took.</summary>
/// <param name="Processes">How many live.</param>
/// <param name="ProcessorSeconds">Processor time since their start.</param>
/// <param name="Bytes">Memory.</param>
internal readonly record struct ProcessUse(int Processes, double ProcessorSeconds, long Bytes);
