using System.Diagnostics;
using System.Runtime.CompilerServices;
using Nsn.Vortex.Packs;

namespace Nsn.Vortex.Inference;

/// <summary>What one graph gave on two devices, or on one and when it was recorded, for the same input.</summary>
/// <param name="Graph">Its name in the manifest.</param>
/// <param name="LargestDifference">The largest absolute difference of two values.</param>
/// <param name="LargestValue">The largest absolute value on the first device, or of what was recorded.</param>
/// <param name="First">Time of a run on the first device, once it is warm; null for what was recorded.</param>
/// <param name="Second">The same on the second.</param>
public sealed record GraphDifference(string Graph, double LargestDifference, double LargestValue, TimeSpan? First, TimeSpan Second)
{
    /// <summary>The largest difference as a share of the largest value.</summary>
    public double Relative => LargestValue == 0 ? LargestDifference : LargestDifference / LargestValue;
}

/// <summary>
/// Runs graphs of a pack on two devices with the same made-up input: shows that a device computes at all, how fast, and by how much it differs. Directors with
/// different devices agree only as far as these differences are small beside the thresholds.
/// </summary>
public static class GraphComparison
{
    /// <summary>Compares graph after graph; what was measured comes as soon as it is there.</summary>
    /// <param name="pack">A checked pack.</param>
    /// <param name="first">The device to measure against.</param>
    /// <param name="second">The device to measure.</param>
    /// <param name="graphs">Names of graphs; all of the pack when empty.</param>
    /// <param name="cancellationToken">Ends it after the current run.</param>
    /// <exception cref="ClipException">A graph is not there, or does not run on one of them.</exception>
    public static async IAsyncEnumerable<GraphDifference> CompareAsync(
        ModelPack pack,
        InferenceDevice first,
        InferenceDevice second,
        IReadOnlyCollection<string> graphs,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(pack);
        ArgumentNullException.ThrowIfNull(graphs);
        PackGraph[] chosen = graphs.Count == 0 ? [.. pack.Manifest.Graphs] : [.. graphs.Select(pack.Graph)];
        foreach (var graph in chosen)
        {
            Array[] input = [.. graph.Inputs.Select(tensor => MadeUpInput.Of(tensor, rows: 1))];
            var (expected, firstTime) = await RunAsync(first, pack, graph.Name, input, 1, cancellationToken).ConfigureAwait(false);
            var (actual, secondTime) = await RunAsync(second, pack, graph.Name, input, 1, cancellationToken).ConfigureAwait(false);
            var (difference, value) = Largest(expected, actual);
            yield return new GraphDifference(graph.Name, difference, value, firstTime, secondTime);
        }
    }

    /// <summary>Compares graph after graph with recorded results, for example those of the framework that the graphs were exported from.</summary>
    /// <param name="pack">A checked pack.</param>
    /// <param name="recorded">Inputs and outputs; each graph runs with as many rows as were recorded.</param>
    /// <param name="device">The device to measure.</param>
    /// <param name="graphs">Names of graphs; all of the pack when empty.</param>
    /// <param name="cancellationToken">Ends it after the current run.</param>
    /// <exception cref="ClipException">A graph was not recorded, or with other tensors, or does not run.</exception>
    public static async IAsyncEnumerable<GraphDifference> CompareAsync(
        ModelPack pack,
        GraphRecording recorded,
        InferenceDevice device,
        IReadOnlyCollection<string> graphs,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(pack);
        ArgumentNullException.ThrowIfNull(recorded);
        ArgumentNullException.ThrowIfNull(graphs);
        PackGraph[] chosen = graphs.Count == 0 ? [.. pack.Manifest.Graphs] : [.. graphs.Select(pack.Graph)];
        foreach (var graph in chosen)
        {
            var rows = recorded.Rows(graph);
            Array[] input = [.. graph.Inputs.Select(tensor => recorded.Input(graph, tensor, rows))];
            Array[] expected = [.. graph.Outputs.Select(tensor => recorded.Output(graph, tensor, rows))];
            var (actual, time) = await RunAsync(device, pack, graph.Name, input, rows, cancellationToken).ConfigureAwait(false);
            var (difference, value) = Largest(expected, actual);
            yield return new GraphDifference(graph.Name, difference, value, null, time);
        }
    }

    // The first run compiles what the device needs; the second is timed.
    private static async Task<(Array[] Output, TimeSpan Time)> RunAsync(
        InferenceDevice device, ModelPack pack, string name, Array[] input, int rows, CancellationToken cancellationToken)
    {
        using var graph = new Graph(device, pack, name, batchRows: rows, check: false);
        await graph.RunAsync(input, rows, cancellationToken).ConfigureAwait(false);
        var start = Stopwatch.GetTimestamp();
        var output = await graph.RunAsync(input, rows, cancellationToken).ConfigureAwait(false);
        return (output, Stopwatch.GetElapsedTime(start));
    }

    private static (double Difference, double Value) Largest(Array[] expected, Array[] actual)
    {
        double difference = 0, value = 0;
        for (var i = 0; i < expected.Length; i++)
        {
            for (var k = 0; k < expected[i].Length; k++)
            {
                var (a, b) = (Number(expected[i], k), Number(actual[i], k));
                difference = Math.Max(difference, Math.Abs(a - b));
                value = Math.Max(value, Math.Abs(a));
            }
        }

        return (difference, value);
    }

    private static double Number(Array values, int index) => values switch
    {
        float[] floats => floats[index],
        long[] longs => longs[index],
        _ => ((int[])values)[index],
    };
}
