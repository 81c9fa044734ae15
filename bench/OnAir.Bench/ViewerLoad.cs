using System.Diagnostics;
using Nsn.WebRtc.Client;

namespace Nsn.OnAir.Bench;

/// <summary>Lets a number of headless viewers join over WebRTC and looks at the gateway's process meanwhile.</summary>
internal static class ViewerLoad
{
    private static readonly TimeSpan Settle = TimeSpan.FromSeconds(10);

    public static async Task<ViewerFigures> MeasureAsync(BenchStack stack, int count, TimeSpan window)
    {
        using var loop = new ClientLoop();
        var viewers = new List<HeadlessViewer>();
        try
        {
            for (int i = 0; i < count; i++)
                viewers.Add(await HeadlessViewer.JoinAsync(stack.Http, stack.Gateway, loop));
            await Task.Delay(Settle);
            using Process gateway = stack.ProcessOf("gateway");
            TimeSpan before = gateway.TotalProcessorTime;
            long[] bytes = [.. viewers.Select(viewer => viewer.Bytes)];
            long started = Stopwatch.GetTimestamp();
            await Task.Delay(window);
            gateway.Refresh();
            TimeSpan used = gateway.TotalProcessorTime - before;
            double seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
            long[] received = [.. viewers.Select((viewer, i) => viewer.Bytes - bytes[i])];
            return new ViewerFigures(
                count,
                Math.Round(100 * used.TotalSeconds / seconds, 1),
                Math.Round(gateway.WorkingSet64 / 1048576.0),
                Math.Round(received.Sum() * 8 / seconds / 1e6, 1),
                received.Count(more => more > 50_000));
        }
        finally
        {
            foreach (HeadlessViewer viewer in viewers)
                await viewer.DisposeAsync();
        }
    }
}
