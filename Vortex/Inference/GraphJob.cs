namespace Nsn.Vortex.Inference;

/// <summary>Rows that one caller wants run, possibly in several batches.</summary>
internal sealed class GraphJob
{
    private readonly TaskCompletionSource<Array[]> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationToken _cancellationToken;
    private int _done;

    public GraphJob(Graph graph, Array[] inputs, int rows, CancellationToken cancellationToken)
    {
        Graph = graph;
        Inputs = inputs;
        Rows = rows;
        _cancellationToken = cancellationToken;
        Outputs = graph.AllocateOutputs(rows);
    }

    public Graph Graph { get; }

    public Array[] Inputs { get; }

    public Array[] Outputs { get; }

    public int Rows { get; }

    /// <summary>Rows already given to a batch; guarded by the device's lock.</summary>
    public int Taken { get; set; }

    public bool IsOver => _completion.Task.IsCompleted;

    public Task<Array[]> Completion => _completion.Task;

    public void RowsDone(int count)
    {
        _done += count;
        if (_done == Rows)
            _completion.TrySetResult(Outputs);
    }

    public void Fail(Exception exception) => _completion.TrySetException(exception);

    public void Cancel() => _completion.TrySetCanceled(_cancellationToken);
}
