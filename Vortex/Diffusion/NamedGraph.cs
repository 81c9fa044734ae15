using Nsn.Vortex.Inference;
using Nsn.Vortex.Packs;

namespace Nsn.Vortex.Diffusion;

/// <summary>A graph of one row whose tensors are asked for by name, so that an export may list them in any order and with outputs that nobody needs.</summary>
internal sealed class NamedGraph : IDisposable
{
    private readonly Graph _graph;
    private readonly PackGraph _description;
    private readonly string _pack;

    public NamedGraph(InferenceDevice device, ModelPack pack, string name)
    {
        _pack = pack.DisplayName;
        _description = pack.Graph(name);
        _graph = new Graph(device, pack, name, 1);
    }

    public bool HasInput(string name) => _description.Inputs.Any(tensor => tensor.Name == name);

    /// <summary>Dimensions of an input or output.</summary>
    /// <exception cref="ClipException"><see cref="ClipError.Pack"/> when the graph has no such tensor or it has another number of dimensions.</exception>
    public int[] Shape(string name, int rank)
    {
        var tensor = _description.Inputs.Concat(_description.Outputs).FirstOrDefault(tensor => tensor.Name == name)
            ?? throw new ClipException(ClipError.Pack, $"The graph '{_description.Name}' of {_pack} has no tensor '{name}'.");
        var shape = tensor.Dimensions.Select((dimension, i) => i == 0 && dimension < 0 ? 1 : checked((int)dimension)).ToArray();
        return shape.Length == rank
            ? shape
            : throw new ClipException(ClipError.Pack, $"The tensor '{name}' of graph '{_description.Name}' of {_pack} has {shape.Length} dimensions, not {rank}.");
    }

    /// <summary>Runs with values by name. A single number fits whichever type the export chose.</summary>
    public async Task<float[]> RunAsync(string output, CancellationToken cancellationToken, params (string Name, Array Values)[] inputs)
    {
        var ordered = _description.Inputs.Select(tensor => Fit(tensor, inputs.FirstOrDefault(input => input.Name == tensor.Name).Values)).ToArray();
        var outputs = await _graph.RunAsync(ordered, 1, cancellationToken).ConfigureAwait(false);
        var index = _description.Outputs.Select(tensor => tensor.Name).ToList().IndexOf(output);
        return index >= 0 && outputs[index] is float[] values
            ? values
            : throw new ClipException(ClipError.Pack, $"The graph '{_description.Name}' of {_pack} has no output '{output}' of float32.");
    }

    public void Dispose() => _graph.Dispose();

    private Array Fit(PackTensor tensor, Array? values) => (tensor.Type, values) switch
    {
        (_, null) => throw new ClipException(ClipError.Pack, $"The graph '{_description.Name}' of {_pack} wants an input '{tensor.Name}', which packs of this kind do not have."),
        ("int64", float[] numbers) => Array.ConvertAll(numbers, number => (long)number),
        ("int32", float[] numbers) => Array.ConvertAll(numbers, number => (int)number),
        ("int32", long[] numbers) => Array.ConvertAll(numbers, number => (int)number),
        _ => values,
    };
}
