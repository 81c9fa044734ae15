using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.ML.OnnxRuntime;

namespace Nsn.Vortex.Inference;

/// <summary>
/// One device with one queue and one thread. Graph runs take turns on it; requests for the same graph that wait at the same moment share a
/// batch. Callers wait asynchronously, so a cancelled one leaves at once even while the native call goes on.
/// </summary>
public sealed partial class InferenceDevice : IDisposable
{
    private readonly LinkedList<GraphJob> _queue = [];
    private readonly SortedSet<string> _wrongGraphs = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _signal = new(0);
    private readonly Thread _thread;
    private readonly ILogger _logger;
    private bool _stopping;
    private int _openGraphs;
    private long _rowsRun;
    private long _batchesRun;

    /// <summary>Opens a device.</summary>
    /// <param name="requested">One of <see cref="ProviderSelector.Names"/>.</param>
    /// <param name="threads">Processor threads of a graph run; 0 takes all cores.</param>
    /// <param name="logger">Told which provider was chosen and why.</param>
    /// <exception cref="ClipException">The provider is unknown or not there.</exception>
    public InferenceDevice(string requested = "auto", int threads = 0, ILogger? logger = null)
    {
        _logger = logger ?? NullLogger.Instance;
        Threads = threads > 0 ? threads : Environment.ProcessorCount;
        var (candidates, reason) = ProviderSelector.Choose(requested, RuntimeLibrary.Providers(), GpuPresence.Detect());
        (Provider, Reason) = Open(candidates, reason);
        LogProvider(_logger, Provider, Reason);
        _thread = new Thread(Work) { IsBackground = true, Name = $"vortex {Provider}" };
        _thread.Start();
    }

    /// <summary>The provider in use.</summary>
    public ExecutionProvider Provider { get; }

    /// <summary>Why this provider.</summary>
    public string Reason { get; }

    /// <summary>Processor threads of a run.</summary>
    public int Threads { get; }

    /// <summary>Requests that wait.</summary>
    public int QueueLength
    {
        get
        {
            lock (_gate)
                return _queue.Count;
        }
    }

    /// <summary>Rows and batches that were run: their ratio is the batching that was achieved.</summary>
    public (long Rows, long Batches) Throughput => (Interlocked.Read(ref _rowsRun), Interlocked.Read(ref _batchesRun));

    /// <summary>Graphs that the device computes wrongly, so that the processor runs them.</summary>
    public IReadOnlyCollection<string> WrongGraphs
    {
        get
        {
            lock (_gate)
                return [.. _wrongGraphs];
        }
    }

    /// <summary>Graphs that were opened and not given up.</summary>
    internal int OpenGraphs => Volatile.Read(ref _openGraphs);

    // Before the requests are told: whoever has a result finds its run counted.
    internal void CountBatch(int rows)
    {
        Interlocked.Increment(ref _batchesRun);
        Interlocked.Add(ref _rowsRun, rows);
    }

    internal void CountGraph(int change) => Interlocked.Add(ref _openGraphs, change);

    /// <summary>Held while a session is opened or run on a GPU: all sessions of a process share its context there, and providers do not promise that they may use it at once.</summary>
    internal Lock Gpu { get; } = new();

    internal void ReportWrong(string graph, double deviation)
    {
        lock (_gate)
            _wrongGraphs.Add(graph);
        LogWrong(_logger, graph, Provider, deviation);
    }

    /// <summary>Queues rows for a graph.</summary>
    /// <param name="graph">A graph of this device.</param>
    /// <param name="inputs">For each input all rows, row after row.</param>
    /// <param name="rows">Number of rows.</param>
    /// <param name="cancellationToken">Lets the caller leave; what did not start is not run.</param>
    /// <returns>For each output all rows.</returns>
    internal async Task<Array[]> RunAsync(Graph graph, Array[] inputs, int rows, CancellationToken cancellationToken)
    {
        var job = new GraphJob(graph, inputs, rows, cancellationToken);
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_stopping, this);
            _queue.AddLast(job);
        }

        _signal.Release();
        // The job's own end alone is awaited: a wait with the token would end before the job does, take the registration with it, and the job would be run for nobody.
        using (cancellationToken.Register(static state => ((GraphJob)state!).Cancel(), job))
            return await job.Completion.ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_stopping)
                return;
            _stopping = true;
        }

        _signal.Release();
        _thread.Join();
        _signal.Dispose();
    }

    private void Work()
    {
        while (true)
        {
            _signal.Wait();
            while (true)
            {
                List<(GraphJob Job, int From, int Count)> batch;
                lock (_gate)
                {
                    if (_stopping)
                    {
                        foreach (var job in _queue)
                            job.Fail(new ObjectDisposedException(nameof(InferenceDevice)));
                        _queue.Clear();
                        return;
                    }

                    batch = TakeBatch_NeedsLock();
                }

                if (batch.Count == 0)
                    break;
                RunBatch(batch);
            }
        }
    }

    // The first job decides the graph; waiting jobs of the same graph fill the batch.
    private List<(GraphJob Job, int From, int Count)> TakeBatch_NeedsLock()
    {
        var batch = new List<(GraphJob, int, int)>();
        Graph? graph = null;
        var room = 0;
        for (var node = _queue.First; node is not null;)
        {
            var next = node.Next;
            var job = node.Value;
            if (job.IsOver)
            {
                _queue.Remove(node);
            }
            else if (graph is null || job.Graph == graph)
            {
                if (graph is null)
                    (graph, room) = (job.Graph, job.Graph.BatchRows);
                var count = Math.Min(room, job.Rows - job.Taken);
                batch.Add((job, job.Taken, count));
                job.Taken += count;
                room -= count;
                if (job.Taken == job.Rows)
                    _queue.Remove(node);
                if (room == 0)
                    break;
            }

            node = next;
        }

        return batch;
    }

    private static void RunBatch(List<(GraphJob Job, int From, int Count)> batch)
    {
        var graph = batch[0].Job.Graph;
        try
        {
            lock (graph.Running)
                graph.Run_NeedsLock(batch);
        }
        catch (Exception exception)
        {
            var failure = exception as ClipException
                ?? new ClipException(ClipError.Inference, $"The graph '{graph.Name}' failed: {exception.Message}", exception);
            foreach (var (job, _, _) in batch)
                job.Fail(failure);
        }
    }

    private (ExecutionProvider Provider, string Reason) Open(IReadOnlyList<ExecutionProvider> candidates, string reason)
    {
        foreach (var candidate in candidates)
        {
            try
            {
                CreateOptions(candidate).Dispose();
                return (candidate, reason);
            }
            catch (OnnxRuntimeException exception)
            {
                reason = $"{candidate} did not open ({CauseIn(exception.Message)})";
            }
        }

        throw new ClipException(
            ClipError.InvalidRequest,
            $"No device could be opened: {reason}. The device auto takes the processor where there is no GPU that works; docs/inference.md says what each device needs.");
    }

    /// <summary>What a message of the runtime library says went wrong: it begins with the place in its source and the condition that did not hold there.</summary>
    internal static string CauseIn(string message)
    {
        const string Condition = " was false. ";
        var end = message.LastIndexOf(Condition, StringComparison.Ordinal);
        var cause = end < 0 ? "" : message[(end + Condition.Length)..].Trim();
        return cause.Length > 0 ? cause : message.Trim();
    }

    internal SessionOptions CreateOptions(ExecutionProvider provider)
    {
        var options = new SessionOptions
        {
            GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL,
            ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
            IntraOpNumThreads = Threads,
            InterOpNumThreads = 1,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR,
        };
        try
        {
            // Waiting threads sleep instead of spinning: compositing and encoding need the cores between two runs.
            options.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");

            // Weights that are stored in eight bits are multiplied as floats. Otherwise the processor rounds what comes in to eight bits, too, and no GPU does: that alone
            // is a difference of some hundredths between them.
            options.AddSessionConfigEntry("session.qdq_matmulnbits_accuracy_level", "1");
            if (provider == ExecutionProvider.Cuda)
                options.AppendExecutionProvider_CUDA();
            else if (provider == ExecutionProvider.WebGpu)
                options.AppendExecutionProvider("WebGPU");
            return options;
        }
        catch
        {
            options.Dispose();
            throw;
        }
    }

    [LoggerMessage(EventId = 4001, Level = LogLevel.Information, Message = "Graphs run on {Provider}: {Reason}.")]
    private static partial void LogProvider(ILogger logger, ExecutionProvider provider, string reason);

    [LoggerMessage(
        EventId = 4002,
        Level = LogLevel.Warning,
        Message = "The graph {Graph} gives on {Provider} something else than on the processor (by {Deviation:P0} of its largest value): it runs on the processor.")]
    private static partial void LogWrong(ILogger logger, string graph, ExecutionProvider provider, double deviation);
}
