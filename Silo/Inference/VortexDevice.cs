using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Runtime.InteropServices;
using Nsn.Content;
using Nsn.Grains.Inference;
using Nsn.Grains.Slots;
using Nsn.Protocol.Certificates;
using Nsn.Protocol.Chunks;
using Nsn.Protocol.Cryptography;
using Nsn.Protocol.Recipes;
using Nsn.Vortex;
using Nsn.Vortex.Pipeline;

namespace Nsn.Silo.Inference;

/// <summary>
/// One device with its model packs: the first stays loaded, others are loaded as clips ask for them and there is room. Jobs wait in line for one of its places;
/// making a clip goes before checking one only by order of arrival.
/// </summary>
internal sealed partial class VortexDevice : IInferenceDevice, IAsyncDisposable
{
    private static readonly Meter s_meter = new("Nsn.Inference");
    private static readonly Histogram<double> s_seconds = s_meter.CreateHistogram<double>(
        "nsn.inference.job.duration", "s", "Time of a job on the device, by kind");

    // The pipeline's own deadline covers the judging; this one also what comes before it, the fetching of the clip.
    internal static readonly TimeSpan CheckLimit = TimeSpan.FromMinutes(3);

    private readonly SiloSettings _settings;
    private readonly IContentStore _content;
    private readonly PublishedClip _clips;
    private readonly TimeProvider _time;
    private readonly ILogger<VortexDevice> _logger;
    private readonly ILogger<ClipPipelineHost> _hostLogger;
    private readonly SharedChecks _checks;
    private readonly SharedClips _shared;
    private readonly SemaphoreSlim _places;
    private readonly SemaphoreSlim _warming = new(1, 1);
    private readonly Dictionary<string, string> _folders = []; // by hash; filled before the device is ready
    private readonly HashSet<string> _proven = [];
    private ClipPipelineHost? _host;
    private ClipPipelineLease? _first; // held, so that the pack is never evicted
    private int _queued, _running;
    private double _jobSeconds = 1;

    public VortexDevice(
        SiloSettings settings, IContentStore content, TimeProvider time, ILogger<VortexDevice> logger, ILogger<ClipPipelineHost> hostLogger)
    {
        _settings = settings;
        _content = content;
        _clips = new PublishedClip(content);
        _time = time;
        _logger = logger;
        _hostLogger = hostLogger;
        _places = new SemaphoreSlim(settings.DeviceJobs);
        _checks = new SharedChecks(time);
        _shared = new SharedClips(time);
    }

    public DeviceStatus Status
    {
        get
        {
            var (queued, running) = (Volatile.Read(ref _queued), Volatile.Read(ref _running));
            var first = _first?.Pipeline;
            var snapshot = first is null ? null : _host!.Snapshot();
            return new DeviceStatus(
                $"{_settings.Name}/0",
                snapshot?.Provider ?? "none",
                _settings.Region,
                snapshot is null ? [] : [.. snapshot.WarmPackHashes.Select(HexOf).OrderByDescending(hash => hash == HexOf(first!.PackHash))],
                FreeMemory(snapshot),
                queued,
                running,
                TimeSpan.FromSeconds((queued + Math.Max(0, running - _settings.DeviceJobs + 1)) * Volatile.Read(ref _jobSeconds) / _settings.DeviceJobs),
                _time.GetUtcNow());
        }
    }

    public async Task WarmAsync(CancellationToken cancellationToken)
    {
        await _warming.WaitAsync(cancellationToken);
        try
        {
            if (_first is not null)
                return;
            var started = Stopwatch.GetTimestamp();
            var options = PipelineOptions(_settings);
            var host = _host ??= await Task.Run(() => new ClipPipelineHost(options, _hostLogger), cancellationToken);
            var first = await host.AcquireAsync(cancellationToken: cancellationToken);
            try
            {
                await CanaryAsync(first.Pipeline, cancellationToken);
                var hash = HexOf(first.Pipeline.PackHash);
                _proven.Add(hash);
                _folders[hash] = options.PackFolder;
                foreach (var folder in _settings.MorePacks)
                    await AddAsync(host, folder, cancellationToken);
            }
            catch
            {
                first.Dispose();
                throw;
            }

            _first = first;
            LogWarm(_logger, Status.Key, string.Join(", ", host.Snapshot().WarmPacks), first.Pipeline.Provider, first.Pipeline.ProviderReason, Stopwatch.GetElapsedTime(started).TotalSeconds);
        }
        finally
        {
            _warming.Release();
        }
    }

    // A further pack that cannot be used is left out: the first one still serves.
    private async Task AddAsync(ClipPipelineHost host, string folder, CancellationToken cancellationToken)
    {
        try
        {
            var hash = HexOf(await Task.Run(() => host.HashOf(folder), cancellationToken));
            await host.TryWarmAsync(folder, cancellationToken);
            _folders.TryAdd(hash, folder);
        }
        catch (ClipException failure)
        {
            LogLeftOut(_logger, folder, failure.Message);
        }
    }

    /// <summary>A pack that is loaded, and has shown once that it works here.</summary>
    private async Task<ClipPipelineLease> AcquireAsync(SlotAssignment assignment, CancellationToken cancellationToken)
    {
        var hash = Convert.ToHexStringLower(assignment.ModelPackHash);
        var lease = await _host!.AcquireAsync(_folders[hash], cancellationToken);
        try
        {
            await _warming.WaitAsync(cancellationToken);
            try
            {
                if (!_proven.Contains(hash))
                    await CanaryAsync(lease.Pipeline, cancellationToken);
                _proven.Add(hash);
            }
            finally
            {
                _warming.Release();
            }

            return lease;
        }
        catch
        {
            lease.Dispose();
            throw;
        }
    }

    public async Task<ClipManifest> GenerateAsync(SlotAssignment assignment, byte[] proposer, CancellationToken cancellationToken)
    {
        RequirePack(assignment);
        return await _shared.JoinAsync(assignment, ended => MakeAsync(assignment, proposer, ended), cancellationToken) with { Proposer = proposer };
    }

    private Task<ClipManifest> MakeAsync(SlotAssignment assignment, byte[] proposer, CancellationToken cancellationToken) =>
        InPlaceAsync("generate", async () =>
        {
            var started = Stopwatch.GetTimestamp();
            var builder = new ClipBuilder();
            var durations = new List<int>();
            var uploads = new List<Task>();
            using var lease = await AcquireAsync(assignment, cancellationToken);
            await foreach (var output in lease.Pipeline.GenerateAsync(RequestOf(assignment), cancellationToken))
            {
                if (output is not ClipSegment segment)
                    continue;
                builder.AddSegment(segment.Bytes, (uint)segment.Start.TotalMilliseconds, (uint)segment.Duration.TotalMilliseconds);
                durations.Add((int)segment.Duration.TotalMilliseconds);
                for (var offset = 0; offset < segment.Bytes.Length; offset += ChunkLimits.PayloadBytesMax)
                {
                    var piece = segment.Bytes.Slice(offset, Math.Min(ChunkLimits.PayloadBytesMax, segment.Bytes.Length - offset));
                    uploads.Add(_content.PutAsync(piece, cancellationToken));
                }
            }

            await Task.WhenAll(uploads);
            var clip = builder.Build(assignment.Slot);
            return new ClipManifest(
                assignment.Slot,
                clip.ContentRoot.ToArray(),
                proposer,
                [.. clip.Chunks.Select(chunk => Encode(chunk.Header))],
                [.. durations],
                Math.Round(Stopwatch.GetElapsedTime(started).TotalSeconds, 3));
        }, cancellationToken);

    public async Task<ClipFindings> VerifyAsync(VerificationJob job, CancellationToken cancellationToken)
    {
        RequirePack(job.Assignment);
        var started = Stopwatch.GetTimestamp();
        var shared = _checks.Join(job, CheckAsync);
        return (await shared.WaitAsync(cancellationToken)) with { Seconds = Stopwatch.GetElapsedTime(started).TotalSeconds };
    }

    /// <summary>One check of a published clip for all directors that asked this device for it: their samples are regenerated together.</summary>
    private Task<ClipFindings> CheckAsync(SlotAssignment assignment, ClipManifest manifest, IReadOnlyCollection<int> frames) =>
        InPlaceAsync("verify", async () =>
        {
            // A stranger's bytes, a decoder and a store that may hang: whatever they do, the place is free again after a while.
            using var limit = new CancellationTokenSource(CheckLimit, _time);
            try
            {
                return await CheckAsync(assignment, manifest, frames, limit.Token);
            }
            catch (OperationCanceledException) when (limit.IsCancellationRequested)
            {
                throw new TimeoutException($"The clip of slot {assignment.Slot} was not checked within {CheckLimit.TotalSeconds:0} s.");
            }
        }, CancellationToken.None);

    private async Task<ClipFindings> CheckAsync(
        SlotAssignment assignment, ClipManifest manifest, IReadOnlyCollection<int> frames, CancellationToken cancellationToken)
    {
        IReadOnlyList<VerifiedSegment> segments;
        try
        {
            segments = await _clips.ReadAsync(assignment.Slot, manifest.Headers, manifest.ContentRoot, cancellationToken);
        }
        catch (InvalidDataException broken)
        {
            return new ClipFindings((byte)Verdict.RejectContent, [broken.Message], [], 0, 0, 0, 0);
        }

        using var lease = await AcquireAsync(assignment, cancellationToken);
        var report = await lease.Pipeline.CreateVerifier().VerifyAsync(
            [.. segments.Select(segment => segment.Bytes)],
            RequestOf(assignment),
            new VerificationOptions { Mode = RegenerationMode.Sample, Frames = [.. frames] },
            cancellationToken);
        var distance = report.Regeneration?.Distances is { Count: > 0 } distances ? distances.Max() / 255 : 0;
        return new ClipFindings(
            (byte)VerdictOf(report),
            report.Accepted ? [] : [report.Explanation],
            report.Scores is null ? [] : MemoryMarshal.AsBytes<sbyte>(report.QuantisedEmbedding).ToArray(),
            (float)(report.Scores?.A ?? 0),
            (float)(report.Scores?.B ?? 0),
            (float)distance,
            0);
    }

    public async ValueTask DisposeAsync()
    {
        _first?.Dispose();
        if (_host is not null)
            await _host.DisposeAsync();
        _places.Dispose();
        _warming.Dispose();
    }

    /// <summary>What a recipe asks of the pipeline; proposer and verifiers use the same, so they mean the same clip.</summary>
    private static ClipRequest RequestOf(SlotAssignment assignment) => RecipeCodec.TryDecode(assignment.Recipe, out var recipe, out var reason)
        ? recipe.ToClipRequest(new Hash256(assignment.Seed))
        : throw new ClipException(ClipError.InvalidRequest, $"The recipe of slot {assignment.Slot} cannot be read: {reason}.");

    private static Verdict VerdictOf(VerificationReport report) => report.Accepted ? Verdict.Accept : report.Failures[0] switch
    {
        VerificationFailure.Malformed or VerificationFailure.WrongShape => Verdict.RejectContent,
        VerificationFailure.LowScore or VerificationFailure.TowerOutlier => Verdict.RejectScores,
        VerificationFailure.FrameMismatch or VerificationFailure.SoundMismatch => Verdict.RejectRegeneration,
        _ => Verdict.RejectIntegrity,
    };

    private static byte[] Encode(in ChunkHeader header)
    {
        var bytes = new byte[ChunkHeader.Size];
        header.Write(bytes);
        return bytes;
    }

    private void RequirePack(SlotAssignment assignment)
    {
        if (_first is null || !_folders.ContainsKey(Convert.ToHexStringLower(assignment.ModelPackHash)))
            throw new InvalidOperationException($"Device {Status.Key} does not have model pack {Convert.ToHexStringLower(assignment.ModelPackHash)}.");
    }

    /// <summary>Runs a job in one of the device's places, off the caller's scheduler.</summary>
    private async Task<T> InPlaceAsync<T>(string kind, Func<Task<T>> job, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _queued);
        try
        {
            await _places.WaitAsync(cancellationToken);
        }
        finally
        {
            Interlocked.Decrement(ref _queued);
        }

        Interlocked.Increment(ref _running);
        var started = Stopwatch.GetTimestamp();
        try
        {
            return await Task.Run(job, cancellationToken);
        }
        finally
        {
            var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
            Volatile.Write(ref _jobSeconds, 0.8 * Volatile.Read(ref _jobSeconds) + 0.2 * seconds);
            s_seconds.Record(seconds, new KeyValuePair<string, object?>("kind", kind));
            Interlocked.Decrement(ref _running);
            _places.Release();
        }
    }

    /// <summary>A short clip through the whole pipeline and back, so that a device that reports is one that works.</summary>
    private static async Task CanaryAsync(ClipPipeline pipeline, CancellationToken cancellationToken)
    {
        var request = new ClipRequest { Prompt = "a robot in a city by day", Script = "One two three.", DurationSeconds = 1, Seed = ClipSeed.FromNumber(1) };
        var segments = new List<ReadOnlyMemory<byte>>();
        await foreach (var output in pipeline.GenerateAsync(request, cancellationToken))
        {
            if (output is ClipSegment segment)
                segments.Add(segment.Bytes);
        }

        var report = await pipeline.CreateVerifier().VerifyAsync(
            segments, request, new VerificationOptions { Mode = RegenerationMode.Sample, Frames = [0] }, cancellationToken);
        if (report.Failures.Any(failure => failure is VerificationFailure.Malformed or VerificationFailure.WrongShape or VerificationFailure.FrameMismatch))
            throw new InvalidOperationException($"The canary clip did not come back as it was made: {report.Explanation}");
    }

    /// <summary>The options of the settings' packs and device.</summary>
    internal static ClipPipelineOptions PipelineOptions(SiloSettings settings) => new()
    {
        PackFolder = settings.ModelPack,
        TowersPackFolder = settings.TowersPack.Length == 0 ? null : settings.TowersPack,
        VoicePackFolder = settings.VoicePack.Length == 0 ? null : settings.VoicePack,
        Device = settings.Device,
        VramBudgetBytes = (long)settings.VramBudgetMib << 20,
    };

    private static string HexOf(ReadOnlyMemory<byte> hash) => Convert.ToHexStringLower(hash.Span);

    // No provider tells how much memory its device has, so on a GPU it is the budget less what the packs take as their manifests say; on the processor what the process may take.
    private static long FreeMemory(DeviceSnapshot? snapshot)
    {
        if (snapshot is { OnGpu: true })
            return snapshot.VramFreeBytes;
        var info = GC.GetGCMemoryInfo();
        return Math.Max(0, info.TotalAvailableMemoryBytes - info.MemoryLoadBytes);
    }

    [LoggerMessage(1, LogLevel.Information, "Device {Device} is ready: {Pack} on {Provider} ({Reason}), after {Seconds:0.0} s")]
    private static partial void LogWarm(ILogger logger, string device, string pack, string provider, string reason, double seconds);

    [LoggerMessage(2, LogLevel.Warning, "The model pack in {Folder} is left out: {Reason}")]
    private static partial void LogLeftOut(ILogger logger, string folder, string reason);
}
