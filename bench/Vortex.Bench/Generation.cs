using System.Diagnostics;
using System.Globalization;
using Nsn.Media;
using Nsn.Vortex;
using Nsn.Vortex.Media;
using Nsn.Vortex.Pipeline;

namespace Nsn.Vortex.Bench;

/// <summary>The runs. Progress goes to the error stream.</summary>
internal sealed class Generation(string pack, VideoCodec codec = VideoCodec.Vp8) : IAsyncDisposable
{
    private readonly long _start = Stopwatch.GetTimestamp();
    private readonly ClipPipeline _pipeline = new(new ClipPipelineOptions { PackFolder = pack, Device = "cpu", Deadline = TimeSpan.FromMinutes(30), Encoder = new EncoderOptions { Codec = codec } });

    public ValueTask DisposeAsync() => _pipeline.DisposeAsync();

    /// <summary>One clip of 8 s with sound at 256 x 256: from a loaded pack, and again when warm.</summary>
    public async Task<object> ClipAsync()
    {
        var request = Request(1, 8);
        await MakeAsync(request);
        var cold = Stopwatch.GetElapsedTime(_start);
        var warm = await MakeAsync(request);
        Tell($"clip: {cold.TotalSeconds:0.0} s from the start of the program, {warm.TotalSeconds:0.0} s warm");
        return new { ClipSeconds = 8, ColdSeconds = Round(cold), WarmSeconds = Round(warm), WarmRealtimeFactor = Math.Round(8 / warm.TotalSeconds, 2) };
    }

    /// <summary>Whole clips of 4 s by codec and size, when warm: the encoder has one thread, and keeps up when a second of clip takes less than a second.</summary>
    public static async Task<object> CodecsAsync(string pack)
    {
        var rows = new List<object>();
        foreach (var (codec, size) in new[] { (VideoCodec.Vp8, 256), (VideoCodec.Vp8, 512), (VideoCodec.Vp9, 256), (VideoCodec.Vp9, 512) })
        {
            await using var generation = new Generation(pack, codec);
            var request = Request(1, 4) with { Width = size, Height = size };
            await generation.MakeAsync(request with { DurationSeconds = 1 });
            var (times, bytes) = (default(StageTimes)!, 0L);
            var start = Stopwatch.GetTimestamp();
            var firstSegment = TimeSpan.Zero;
            var lastSegment = TimeSpan.Zero;
            await foreach (var output in generation._pipeline.GenerateAsync(request))
            {
                if (output is ClipSegment segment)
                {
                    bytes += segment.Bytes.Length;
                    lastSegment = Stopwatch.GetElapsedTime(start);
                    firstSegment = firstSegment == TimeSpan.Zero ? lastSegment : firstSegment;
                }
                else
                {
                    times = ((ClipResult)output).Times;
                }
            }

            // Between the first second and the last one nothing but drawing and encoding goes on.
            var factor = 3 / (lastSegment - firstSegment).TotalSeconds;
            generation.Tell($"{codec} at {size} x {size}: {factor:0.0} times as fast as it plays once the first second is out, {bytes / 4096.0:0} KiB/s");
            rows.Add(new
            {
                Codec = codec.ToString().ToLowerInvariant(),
                Size = size,
                FirstSegmentSeconds = Round(firstSegment),
                TotalSeconds = Round(times.Total),
                StreamRealtimeFactor = Math.Round(factor, 2),
                KibPerSecond = Math.Round(bytes / 4096.0, 1),
            });
        }

        return rows;
    }

    /// <summary>Requests one after another, and the same number at once.</summary>
    public async Task<object> TogetherAsync(int count, int seconds)
    {
        await MakeAsync(Request(0, 1));
        var start = Stopwatch.GetTimestamp();
        for (var i = 0; i < count; i++)
        {
            await MakeAsync(Request(100 + i, seconds));
            Tell($"one at a time: {i + 1}/{count}");
        }

        var sequential = Stopwatch.GetElapsedTime(start);
        var before = _pipeline.Throughput;
        start = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, count).Select(i => MakeAsync(Request(100 + i, seconds))));
        var together = Stopwatch.GetElapsedTime(start);
        var after = _pipeline.Throughput;
        Tell($"{count} requests: {sequential.TotalSeconds:0.0} s one at a time, {together.TotalSeconds:0.0} s at once");
        return new
        {
            Requests = count,
            ClipSeconds = seconds,
            OneAtATimeSeconds = Round(sequential),
            AtOnceSeconds = Round(together),
            ThroughputRatio = Math.Round(sequential / together, 2),
            RowsPerBatchAtOnce = Math.Round((after.Rows - before.Rows) / (double)(after.Batches - before.Batches), 2),
        };
    }

    /// <summary>Resident memory after each clip of a long sequence; child processes are not counted.</summary>
    public async Task<object> MemoryAsync(int count, int seconds)
    {
        var resident = new List<double>();
        var managed = new List<double>();
        for (var i = 0; i < count; i++)
        {
            await MakeAsync(Request(1000 + i, seconds));
            GC.Collect();
            using var process = Process.GetCurrentProcess();
            resident.Add(Math.Round(process.WorkingSet64 / 1048576.0, 1));
            managed.Add(Math.Round(GC.GetTotalMemory(forceFullCollection: true) / 1048576.0, 1));
            Tell($"memory: clip {i + 1}/{count}, {resident[^1]:0} MiB resident, {managed[^1]:0.0} MiB managed");
        }

        // The first eighth warms up: buffers, code, thread stacks.
        var rest = resident.Skip(count / 8).ToArray();
        var half = rest.Length / 2;
        return new
        {
            Clips = count,
            ClipSeconds = seconds,
            ResidentMib = resident,
            ManagedMibFirst = managed[0],
            ManagedMibLast = managed[^1],
            FirstHalfMeanMib = Math.Round(rest.Take(half).Average(), 1),
            SecondHalfMeanMib = Math.Round(rest.Skip(half).Average(), 1),
            ResidentMibMax = resident.Max(),
        };
    }

    private static ClipRequest Request(int seed, int seconds) => new()
    {
        Prompt = "a cheerful scientist with round glasses in a laboratory at night",
        Script = "Good evening. Tonight we look at the weather, which is bright and windy, and at the price of cheese.",
        DurationSeconds = seconds,
        Width = 256,
        Height = 256,
        Seed = ClipSeed.FromNumber((ulong)seed),
    };

    private async Task<TimeSpan> MakeAsync(ClipRequest request)
    {
        var start = Stopwatch.GetTimestamp();
        await foreach (var _ in _pipeline.GenerateAsync(request))
        {
        }

        return Stopwatch.GetElapsedTime(start);
    }

    private void Tell(FormattableString text) =>
        Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Stopwatch.GetElapsedTime(_start).TotalSeconds,6:0} s  {text.ToString(CultureInfo.InvariantCulture)}"));

    private static double Round(TimeSpan time) => Math.Round(time.TotalSeconds, 2);
}
