using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using Nsn.Vortex.Packs;

namespace Nsn.Vortex.Inference;

/// <summary>
/// A loaded graph whose inputs and outputs are bound to buffers of a fixed number of rows. Batches are always full size, padded with the
/// last row: a row's result then never depends on who shared its batch. The buffers live as long as the
/// graph; what is allocated per request are the results that its caller keeps.
/// </summary>
internal sealed class Graph : IDisposable
{
    private readonly InferenceDevice _device;
    private readonly InferenceSession _session;
    private readonly OrtIoBinding _binding;
    private readonly RunOptions _runOptions = new();
    private readonly List<OrtValue> _values = [];
    private readonly Buffer[] _inputs;
    private readonly Buffer[] _outputs;
    private bool _disposed;

    /// <summary>Loads a graph of a checked pack.</summary>
    /// <param name="device">Where it runs.</param>
    /// <param name="pack">The pack.</param>
    /// <param name="name">The graph's name in the manifest.</param>
    /// <param name="batchRows">Rows of a batch; 1 when the graph's first dimension is fixed.</param>
    /// <param name="check">Whether a graph that the device computes wrongly runs on the processor instead.</param>
    public Graph(InferenceDevice device, ModelPack pack, string name, int batchRows, bool check = true)
    {
        _device = device;
        Name = name;
        BatchRows = batchRows;
        var description = pack.Graph(name);
        device.CountGraph(1);
        try
        {
            (_session, Provider) = Open(device, pack, description, batchRows, check);
            _binding = _session.CreateIoBinding();
            _inputs = [.. description.Inputs.Select(tensor => Create(tensor, _session.InputMetadata))];
            _outputs = [.. description.Outputs.Select(tensor => Create(tensor, _session.OutputMetadata))];
            foreach (var input in _inputs)
                _binding.BindInput(input.Name, input.Value);
            foreach (var output in _outputs)
                _binding.BindOutput(output.Name, output.Value);
        }
        catch (Exception exception)
        {
            Dispose();
            if (exception is OnnxRuntimeException)
                throw new ClipException(ClipError.Pack, $"The graph '{name}' of {pack.DisplayName} cannot be loaded: {exception.Message}", exception);
            throw;
        }
    }

    /// <summary>Held by the device's thread during a run, and while the graph is given up: a run that its callers have left goes on with our buffers.</summary>
    public Lock Running { get; } = new();

    public string Name { get; }

    public int BatchRows { get; }

    /// <summary>What runs it: the device's provider, or the processor where that computes it wrongly.</summary>
    public ExecutionProvider Provider { get; }

    /// <summary>Values of one row of an output.</summary>
    public int OutputRowLength(int output) => _outputs[output].RowLength;

    /// <summary>Runs rows on the device's queue.</summary>
    public Task<Array[]> RunAsync(Array[] inputs, int rows, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rows, 1);
        ArgumentOutOfRangeException.ThrowIfNotEqual(inputs.Length, _inputs.Length, nameof(inputs));
        for (var i = 0; i < inputs.Length; i++)
            ArgumentOutOfRangeException.ThrowIfNotEqual(inputs[i].Length, rows * _inputs[i].RowLength, $"input {i} of {Name}");
        return _device.RunAsync(this, inputs, rows, cancellationToken);
    }

    public Array[] AllocateOutputs(int rows) => [.. _outputs.Select(output => output.Allocate(rows))];

    /// <summary>Runs one batch; called by the device's thread only. A request whose result is no number fails, and its neighbours do not.</summary>
    public void Run_NeedsLock(List<(GraphJob Job, int From, int Count)> batch)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        for (var i = 0; i < _inputs.Length; i++)
        {
            var row = 0;
            foreach (var (job, from, count) in batch)
            {
                _inputs[i].Put(job.Inputs[i], from, row, count);
                row += count;
            }

            for (; row < BatchRows; row++)
                _inputs[i].Put(_inputs[i].Values, row - 1, row, 1);
        }

        if (Provider == ExecutionProvider.Cpu)
            _session.RunWithBinding(_runOptions, _binding);
        else
            RunOnGpu();
        _device.CountBatch(batch.Sum(part => part.Count));
        var first = 0;
        foreach (var (job, from, count) in batch)
        {
            if (Array.TrueForAll(_outputs, output => output.IsFinite(first, count)))
            {
                for (var i = 0; i < _outputs.Length; i++)
                    _outputs[i].Get(job.Outputs[i], from, first, count);
                job.RowsDone(count);
            }
            else
            {
                job.Fail(new ClipException(ClipError.Inference, $"The graph '{Name}' gave values that are not numbers."));
            }

            first += count;
        }
    }

    /// <summary>Waits for the run under way, if there is one; requests that still wait for the graph fail.</summary>
    public void Dispose()
    {
        lock (Running)
        {
            if (_disposed)
                return;
            _disposed = true;
            if (_session is not null && Provider != ExecutionProvider.Cpu)
            {
                lock (_device.Gpu)
                    Release();
            }
            else
            {
                Release();
            }
        }

        _device.CountGraph(-1);
    }

    // Also for a graph that did not open entirely.
    private void Release()
    {
        _binding?.Dispose();
        _session?.Dispose();
        _runOptions.Dispose();
        foreach (var value in _values)
            value.Dispose();
    }

    private static (InferenceSession Session, ExecutionProvider Provider) Open(InferenceDevice device, ModelPack pack, PackGraph graph, int rows, bool check)
    {
        var bytes = pack.GraphBytes(graph.Name);
        if (device.Provider == ExecutionProvider.Cpu)
            return (CreateSession(device, bytes, ExecutionProvider.Cpu), ExecutionProvider.Cpu);
        lock (device.Gpu)
        {
            var session = CreateSession(device, bytes, device.Provider);
            if (!check || bytes.Length > DeviceCheck.BytesMax)
                return (session, device.Provider);
            InferenceSession? processor = null;
            try
            {
                processor = CreateSession(device, bytes, ExecutionProvider.Cpu);
                if (DeviceCheck.Deviation(processor, session, graph, rows) is not { } deviation || deviation <= DeviceCheck.Tolerance)
                {
                    processor.Dispose();
                    return (session, device.Provider);
                }

                device.ReportWrong(graph.Name, deviation);
                session.Dispose();
                return (processor, ExecutionProvider.Cpu);
            }
            catch
            {
                processor?.Dispose();
                session.Dispose();
                throw;
            }
        }
    }

    private static InferenceSession CreateSession(InferenceDevice device, byte[] bytes, ExecutionProvider provider)
    {
        using var options = device.CreateOptions(provider);
        return new InferenceSession(bytes, options);
    }

    // A provider with memory of its own copies an input when it is bound, and never looks at our buffer again.
    private void RunOnGpu()
    {
        lock (_device.Gpu)
        {
            foreach (var input in _inputs)
                _binding.BindInput(input.Name, input.Value);
            _binding.SynchronizeBoundInputs();
            _session.RunWithBinding(_runOptions, _binding);
            _binding.SynchronizeBoundOutputs();
        }
    }

    private Buffer Create(PackTensor tensor, IReadOnlyDictionary<string, NodeMetadata> metadata)
    {
        var shape = tensor.Dimensions;
        if (shape.Length > 0 && shape[0] < 0)
            shape[0] = BatchRows;
        else if (BatchRows != 1)
            throw new ClipException(ClipError.Pack, $"The tensor '{tensor.Name}' of graph '{Name}' has a fixed first dimension, so it cannot be run in batches.");
        if (shape.Any(dimension => dimension < 1))
            throw new ClipException(ClipError.Pack, $"The tensor '{tensor.Name}' of graph '{Name}' has more than one free dimension.");
        if (!metadata.TryGetValue(tensor.Name, out var actual) || !Fits(actual, tensor, shape))
        {
            var form = actual is null ? "absent" : $"{actual.ElementDataType} [{string.Join(", ", actual.Dimensions)}]";
            throw new ClipException(
                ClipError.Pack, $"The manifest says {tensor.Type} [{string.Join(", ", shape)}] for the tensor '{tensor.Name}' of graph '{Name}', the graph says {form}.");
        }

        var length = tensor.Length(shape, Name);
        Array values = tensor.Type switch { "int64" => new long[length], "int32" => new int[length], _ => new float[length] };
        var value = TensorOver(values, shape);
        _values.Add(value);
        return new Buffer(tensor.Name, values, value, BatchRows);
    }

    /// <summary>A tensor whose memory is the array.</summary>
    public static OrtValue TensorOver(Array values, long[] shape) => values switch
    {
        long[] longs => OrtValue.CreateTensorValueFromMemory(longs, shape),
        int[] integers => OrtValue.CreateTensorValueFromMemory(integers, shape),
        _ => OrtValue.CreateTensorValueFromMemory((float[])values, shape),
    };

    private static bool Fits(NodeMetadata actual, PackTensor tensor, long[] shape)
    {
        var type = tensor.Type switch
        {
            "float32" => TensorElementType.Float,
            "int64" => TensorElementType.Int64,
            "int32" => TensorElementType.Int32,
            _ => TensorElementType.DataTypeMax,
        };
        return actual.ElementDataType == type && actual.Dimensions.Length == shape.Length
            && actual.Dimensions.Zip(shape).All(pair => pair.First <= 0 || pair.First == pair.Second);
    }

    private sealed class Buffer(string name, Array values, OrtValue value, int rows)
    {
        private readonly int _valueBytes = System.Buffer.ByteLength(values) / values.Length;

        public string Name { get; } = name;

        public OrtValue Value { get; } = value;

        public Array Values { get; } = values;

        public int RowLength { get; } = values.Length / rows;

        public Array Allocate(int count) => Array.CreateInstance(Values.GetType().GetElementType()!, count * RowLength);

        public void Put(Array source, int from, int to, int count) =>
            System.Buffer.BlockCopy(source, from * RowLength * _valueBytes, Values, to * RowLength * _valueBytes, count * RowLength * _valueBytes);

        public void Get(Array target, int to, int from, int count) =>
            System.Buffer.BlockCopy(Values, from * RowLength * _valueBytes, target, to * RowLength * _valueBytes, count * RowLength * _valueBytes);

        public bool IsFinite(int from, int count) =>
            Values is not float[] floats || !ContainsNonFinite(floats.AsSpan(from * RowLength, count * RowLength));

        // x * 0 is 0 for every finite x and NaN for the others, and NaN survives the sum.
        private static bool ContainsNonFinite(ReadOnlySpan<float> values)
        {
            var sum = System.Numerics.Vector<float>.Zero;
            var vectors = System.Runtime.InteropServices.MemoryMarshal.Cast<float, System.Numerics.Vector<float>>(values);
            foreach (var vector in vectors)
                sum += vector * System.Numerics.Vector<float>.Zero;
            var total = System.Numerics.Vector.Sum(sum);
            foreach (var value in values[(vectors.Length * System.Numerics.Vector<float>.Count)..])
                total += value * 0;
            return float.IsNaN(total);
        }
    }
}
