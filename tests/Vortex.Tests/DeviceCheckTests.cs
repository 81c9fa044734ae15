using Microsoft.ML.OnnxRuntime;
using Nsn.Vortex.Inference;
using Nsn.Vortex.Packs;

namespace Nsn.Vortex.Tests;

public sealed class DeviceCheckTests : IDisposable
{
    private readonly TinyPack _tiny = new();

    public void Dispose() => _tiny.Dispose();

    private static InferenceSession Session(OnnxWriter onnx) => new(onnx.ToArray());

    private static OnnxWriter Times(float factor) => new OnnxWriter().Input("x", OnnxWriter.Float, "n", 4).Floats("k", [factor], 1)
        .Node("Mul", ["x", "k"], ["y"]).Output("y", OnnxWriter.Float, "n", 4);

    private static PackGraph Description() => new()
    {
        Name = "times",
        Inputs = [new PackTensor { Name = "x", Type = "float32", Shape = TinyPack.Shape("n", 4) }],
        Outputs = [new PackTensor { Name = "y", Type = "float32", Shape = TinyPack.Shape("n", 4) }],
    };

    [Fact]
    public void The_deviation_is_a_share_of_the_largest_value()
    {
        using var right = Session(Times(2));
        using var same = Session(Times(2));
        using var wrong = Session(Times(1.5f));
        Assert.Equal(0, DeviceCheck.Deviation(right, same, Description(), rows: 3));
        Assert.Equal(.25, DeviceCheck.Deviation(right, wrong, Description(), rows: 3)!.Value, 6);
    }

    [Fact]
    public void What_is_no_number_deviates_without_end()
    {
        using var right = Session(Times(2));
        using var wrong = Session(Times(float.NaN));
        Assert.Equal(double.PositiveInfinity, DeviceCheck.Deviation(right, wrong, Description(), rows: 1));
    }

    [Fact]
    public void A_graph_that_refuses_made_up_input_tells_nothing()
    {
        var picky = new OnnxWriter().Input("x", OnnxWriter.Int64, "n", 4).Floats("table", [1, 2], 2, 1)
            .Node("Gather", ["table", "x"], ["y"], ("axis", 0L)).Output("y", OnnxWriter.Float, "n", 4, 1);
        using var session = Session(picky);
        var graph = Description() with { Inputs = [new PackTensor { Name = "x", Type = "int64", Shape = TinyPack.Shape("n", 4) }] };
        Assert.Null(DeviceCheck.Deviation(session, session, graph, rows: 1));
    }

    [Fact]
    public void On_the_processor_nothing_is_checked_and_nothing_is_wrong()
    {
        using var device = new InferenceDevice("cpu", 1);
        using var graph = new Graph(device, ModelPackReader.Read(_tiny.Folder), "head", 1);
        Assert.Equal(ExecutionProvider.Cpu, graph.Provider);
        Assert.Empty(device.WrongGraphs);
    }
}
