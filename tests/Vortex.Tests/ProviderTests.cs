using Nsn.Vortex.Inference;
using Nsn.Vortex.Packs;

namespace Nsn.Vortex.Tests;

public class ProviderTests
{
    private const string Cpu = "CPUExecutionProvider", Cuda = "CUDAExecutionProvider", WebGpu = "WebGpuExecutionProvider";
    private static readonly GpuPresence s_none = new(Any: false, Nvidia: false);
    private static readonly GpuPresence s_some = new(Any: true, Nvidia: false);
    private static readonly GpuPresence s_nvidia = new(Any: true, Nvidia: true);

    [Fact]
    public void Auto_takes_what_the_library_and_the_machine_have()
    {
        Assert.Equal([ExecutionProvider.Cpu], ProviderSelector.Choose("auto", [Cpu], s_nvidia).Candidates);
        Assert.Equal([ExecutionProvider.Cuda, ExecutionProvider.WebGpu, ExecutionProvider.Cpu], ProviderSelector.Choose("auto", [Cuda, WebGpu, Cpu], s_nvidia).Candidates);
        Assert.Equal([ExecutionProvider.WebGpu, ExecutionProvider.Cpu], ProviderSelector.Choose("auto", [Cuda, WebGpu, Cpu], s_some).Candidates);
        Assert.Equal([ExecutionProvider.Cpu], ProviderSelector.Choose("auto", [Cuda, Cpu], s_some).Candidates);
    }

    [Fact]
    public void Auto_leaves_a_software_adapter_alone_and_says_why()
    {
        var (candidates, reason) = ProviderSelector.Choose("auto", [Cuda, WebGpu, Cpu], s_none);
        Assert.Equal([ExecutionProvider.Cpu], candidates);
        Assert.Equal("the runtime library offers Cuda, WebGpu, and the system shows no GPU for it", reason);
    }

    [Fact]
    public void What_is_asked_for_by_name_is_tried_alone_whatever_the_system_shows()
    {
        Assert.Equal([ExecutionProvider.WebGpu], ProviderSelector.Choose("webgpu", [Cuda, WebGpu, Cpu], s_none).Candidates);
        Assert.Equal([ExecutionProvider.Cpu], ProviderSelector.Choose("cpu", [Cuda, WebGpu, Cpu], s_nvidia).Candidates);
        var missing = Assert.Throws<ClipException>(() => ProviderSelector.Choose("webgpu", [Cpu], s_some));
        Assert.Contains(RuntimeLibrary.Variable, missing.Message, StringComparison.Ordinal);
        Assert.Contains("auto, cpu, cuda, webgpu", Assert.Throws<ClipException>(() => ProviderSelector.Choose("tpu", [Cpu], s_some)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_graph_differs_from_itself_on_another_device_by_nothing_it_can_hide()
    {
        using var tiny = new TinyPack();
        var pack = ModelPackReader.Read(tiny.Folder);
        using var one = new InferenceDevice("cpu", 1);
        using var other = new InferenceDevice("cpu", 2);
        var differences = new List<GraphDifference>();
        await foreach (var difference in GraphComparison.CompareAsync(pack, one, other, [], TestContext.Current.CancellationToken))
            differences.Add(difference);
        Assert.Equal(pack.Manifest.Graphs.Select(graph => graph.Name), differences.Select(difference => difference.Graph));
        Assert.All(differences, difference => Assert.InRange(difference.Relative, 0, 1e-5));
        Assert.All(differences, difference => Assert.True(difference.LargestValue > 0 && difference.First > TimeSpan.Zero, difference.ToString()));
    }
}
