using System.Security.Cryptography;
using Nsn.Vortex.Inference;
using Nsn.Vortex.Packs;

namespace Nsn.Vortex.Tests;

/// <summary>The queue of a device: who shares a batch, who leaves, and what of another's failure reaches one.</summary>
public sealed class DeviceTests : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);
    private readonly InferenceDevice _device = new("cpu", 1);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _device.Dispose();

    private static ModelPack Pack(OnnxWriter onnx, params object[] shape)
    {
        var bytes = onnx.ToArray();
        var tensors = new[] { "x", "y" }.Select(name => new PackTensor { Name = name, Type = "float32", Shape = TinyPack.Shape(shape) }).ToArray();
        var graph = new PackGraph { Name = "g", Inputs = [tensors[0]], Outputs = [tensors[1]], Bytes = bytes.Length };
        var manifest = new PackManifest { Name = "one", Version = "1", Kind = "test", Graphs = [graph] };
        return new ModelPack("", manifest, SHA256.HashData(bytes), new Dictionary<string, byte[]> { ["g"] = bytes });
    }

    // A root is no number below zero.
    private Graph Roots(int rows) => new(
        _device,
        Pack(new OnnxWriter().Input("x", OnnxWriter.Float, "n", 2).Node("Sqrt", ["x"], ["y"]).Output("y", OnnxWriter.Float, "n", 2), "n", 2),
        "g",
        rows);

    // Products of large matrices that begin with the input, so that nothing of it can be computed ahead.
    private Graph Slow()
    {
        const int size = 1024, products = 24;
        var onnx = new OnnxWriter().Input("x", OnnxWriter.Float, 1, 1).Longs("shape", size, size).Floats("k", [.001f], 1).Node("Expand", ["x", "shape"], ["a0"]);
        for (var i = 0; i < products; i++)
            onnx.Node("MatMul", [$"a{i}", $"a{i}"], [$"b{i}"]).Node("Mul", [$"b{i}", "k"], [$"c{i}"]).Node("Tanh", [$"c{i}"], [$"a{i + 1}"]);
        onnx.Node("ReduceMean", [$"a{products}"], ["y"], ("axes", new long[] { 0, 1 })).Output("y", OnnxWriter.Float, 1, 1);
        return new Graph(_device, Pack(onnx, 1, 1), "g", 1);
    }

    private static Array[] Row(float value) => [new[] { value, value }];

    // The device is in the middle of a run as long as this is not disposed.
    private sealed class Occupied : IAsyncDisposable
    {
        private readonly ManualResetEventSlim _over = new();
        private readonly Thread _thread;
        private readonly Graph _graph;

        public Occupied(InferenceDevice device, Graph graph)
        {
            _graph = graph;
            using var held = new ManualResetEventSlim();
            _thread = new Thread(() =>
            {
                lock (graph.Running)
                {
                    held.Set();
                    _over.Wait();
                }
            });
            _thread.Start();
            Assert.True(held.Wait(s_patience), "The graph was not held.");
            Run = graph.RunAsync(Row(1), 1, Cancellation);
            Assert.True(SpinWait.SpinUntil(() => device.QueueLength == 0, s_patience), "The device did not begin.");
        }

        public Task Run { get; }

        public async ValueTask DisposeAsync()
        {
            _over.Set();
            await Run;
            _thread.Join();
            _over.Dispose();
            _graph.Dispose();
        }
    }

    [Fact]
    public async Task Requests_that_wait_together_share_a_batch()
    {
        using var graph = Roots(8);
        await graph.RunAsync(Row(4), 1, Cancellation);
        Assert.Equal((1, 1), _device.Throughput);
        Task<Array[]>[] together;
        await using (new Occupied(_device, Roots(1)))
            together = [.. Enumerable.Range(1, 5).Select(i => graph.RunAsync(Row(i * i), 1, Cancellation)), graph.RunAsync([new[] { 36f, 36, 49, 49, 64, 64, 81, 81 }], 4, Cancellation)];
        var results = await Task.WhenAll(together);
        for (var i = 0; i < 5; i++)
            Assert.Equal(new[] { i + 1f, i + 1f }, results[i][0]);
        Assert.Equal(new[] { 6f, 6, 7, 7, 8, 8, 9, 9 }, results[5][0]);

        // The first alone, the one that occupied the device, and nine rows in two batches of eight places.
        Assert.Equal((1 + 1 + 9, 1 + 1 + 2), _device.Throughput);
    }

    [Fact]
    public async Task A_cancelled_request_returns_while_the_device_is_busy_and_is_never_run()
    {
        using var graph = Roots(8);
        using var leaving = new CancellationTokenSource();
        await using (var busy = new Occupied(_device, Roots(1)))
        {
            var waiting = graph.RunAsync(Row(4), 1, leaving.Token);
            await leaving.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting.WaitAsync(s_patience, Cancellation));
            Assert.False(busy.Run.IsCompleted);
        }

        await graph.RunAsync(Row(9), 1, Cancellation);
        Assert.Equal((2, 2), _device.Throughput);
    }

    [Fact]
    public async Task Requests_for_a_graph_that_was_given_up_fail()
    {
        var graph = Roots(8);
        Task<Array[]> waiting;
        await using (new Occupied(_device, Roots(1)))
        {
            waiting = graph.RunAsync(Row(4), 1, Cancellation);
            graph.Dispose();
        }

        Assert.Equal(ClipError.Inference, (await Assert.ThrowsAsync<ClipException>(() => waiting)).Error);
        Assert.Equal(0, _device.OpenGraphs);
    }

    [Fact]
    public async Task A_request_whose_result_is_no_number_fails_alone()
    {
        using var graph = Roots(4);
        using var busy = Slow();
        var first = busy.RunAsync([new[] { .5f }], 1, Cancellation);
        var neighbours = new[] { 4f, -1f, 9f }.Select(value => graph.RunAsync(Row(value), 1, Cancellation)).ToArray();
        await first;
        Assert.Equal(new[] { 2f, 2f }, (await neighbours[0])[0]);
        Assert.Equal(ClipError.Inference, (await Assert.ThrowsAsync<ClipException>(() => neighbours[1])).Error);
        Assert.Equal(new[] { 3f, 3f }, (await neighbours[2])[0]);
    }

    [Fact]
    public async Task A_graph_is_given_up_only_after_its_run_has_ended()
    {
        var graph = Slow();
        using var leaving = new CancellationTokenSource();
        var run = graph.RunAsync([new[] { .5f }], 1, leaving.Token);
        Assert.True(SpinWait.SpinUntil(() => _device.QueueLength == 0, s_patience), "The device did not begin.");
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
        graph.Dispose();
        Assert.Equal(1, _device.Throughput.Batches);
    }

    [Fact]
    public void A_run_copies_into_its_bound_buffers_and_allocates_no_tensors()
    {
        const int values = 1 << 16, runs = 20;
        using var graph = new Graph(
            _device,
            Pack(new OnnxWriter().Input("x", OnnxWriter.Float, "n", values).Node("Sqrt", ["x"], ["y"]).Output("y", OnnxWriter.Float, "n", values), "n", values),
            "g",
            2);
        var job = new GraphJob(graph, [Enumerable.Repeat(9f, values).ToArray()], 1, Cancellation);
        lock (graph.Running)
        {
            graph.Run_NeedsLock([(job, 0, 1)]);
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < runs; i++)
                graph.Run_NeedsLock([(job, 0, 1)]);

            // A batch's tensors have a megabyte together; what is left are a list and some closures.
            Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - before) / runs, 0, 4096);
        }

        Assert.Equal(3f, ((float[])job.Outputs[0])[values - 1]);
    }
}
