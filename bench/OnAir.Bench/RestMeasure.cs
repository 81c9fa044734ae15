using System.Diagnostics;

namespace Nsn.OnAir.Bench;

/// <summary>Looks at every process of the stack while the channel is on air, makes its programme, and nobody watches.</summary>
internal static class RestMeasure
{
    public static async Task<IReadOnlyList<RestFigures>> MeasureAsync(BenchStack stack, TimeSpan window)
    {
        (string Name, int Process)[] resources =
        [
            .. stack.Application.Instances
                .Select(instance => instance.Snapshot)
                .Where(resource => resource.ProcessId is not null)
                .Select(resource => (resource.Name, resource.ProcessId!.Value)),
        ];
        ProcessUse[] before = [.. resources.Select(resource => ProcessTree.Look(resource.Process))];
        long started = Stopwatch.GetTimestamp();
        await Task.Delay(window);
        ProcessUse[] after = [.. resources.Select(resource => ProcessTree.Look(resource.Process))];
        double seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        return
        [
            .. resources.Select((resource, i) => new RestFigures(
                resource.Name,
                after[i].Processes,
                Math.Round(100 * (after[i].ProcessorSeconds - before[i].ProcessorSeconds) / seconds, 1),
                Math.Round(after[i].Bytes / 1048576.0))),
        ];
    }
}
