using Microsoft.ML.OnnxRuntime;
using Nsn.Vortex.Packs;

namespace Nsn.Vortex.Inference;

/// <summary>
/// Compares what a session on a GPU gives with what the processor gives, before anybody relies on it: providers have bugs (WebGPU of ONNX Runtime 1.30
/// computes convolutions of six or nine channels wrongly), and a director whose pictures or scores are wrong loses its stake.
/// </summary>
internal static class DeviceCheck
{
    /// <summary>Largest difference that passes, as a share of an output's largest value: rounding stays far below, also that of 19-bit floats of tensor cores.</summary>
    public const double Tolerance = .02;

    /// <summary>Larger graphs are not checked: the processor would take too long over them.</summary>
    public const int BytesMax = 512 << 20;

    /// <summary>The largest difference between the two, as a share of the output's largest value; null where the graph refuses made-up input.</summary>
    public static double? Deviation(InferenceSession processor, InferenceSession device, PackGraph graph, int rows)
    {
        var names = graph.Inputs.Select(tensor => tensor.Name).ToArray();
        var outputs = graph.Outputs.Where(tensor => tensor.Type == "float32").Select(tensor => tensor.Name).ToArray();
        var values = graph.Inputs.Select(tensor => MadeUpInput.TensorOf(tensor, rows)).ToArray();
        using var options = new RunOptions();
        try
        {
            using var expected = processor.Run(options, names, values, outputs);
            using var actual = device.Run(options, names, values, outputs);
            return expected.Zip(actual, (one, other) => Deviation(one.GetTensorDataAsSpan<float>(), other.GetTensorDataAsSpan<float>())).DefaultIfEmpty().Max();
        }
        catch (OnnxRuntimeException)
        {
            return null;
        }
        finally
        {
            foreach (var value in values)
                value.Dispose();
        }
    }

    private static double Deviation(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual)
    {
        double difference = 0, largest = 0;
        for (var i = 0; i < expected.Length; i++)
        {
            if (!float.IsFinite(expected[i]))
                continue; // made-up input may lead to that; then nothing is told about the device
            if (!float.IsFinite(actual[i]))
                return double.PositiveInfinity;
            difference = Math.Max(difference, Math.Abs((double)expected[i] - actual[i]));
            largest = Math.Max(largest, Math.Abs(expected[i]));
        }

        return largest == 0 ? difference : difference / largest;
    }
}
