using System.Diagnostics;
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
    // The pipeline's own deadline covers the judging; this one also what comes before it, the fetching of the clip.
    internal static readonly TimeSpan CheckLimit = TimeSpan.FromMinutes(3);

    /// <summary>A device that has finished a job works; one that has not for this long shows it by a canary.</summary>
    internal static readonly TimeSpan ProofLasts = TimeSpan.FromMinutes(1);

    private readonly SiloSettings _settings;
    private readonly IContentStore _content;
    private readonly PublishedClip _clips;
    private readonly TimeProvider _time;
    private readonly InferenceMetrics _metrics;
    private readonly Func<ClipPipeline, CancellationToken, Task> _canary;
    private readonly ILogger<VortexDevice> _logger;
    private readonly ILogger<ClipPipelineHost> _hostLogger;
    private readonly SharedChecks _checks;
    private readonly SharedClips _shared;
    private readonly SemaphoreSlim _places;
    private readonly SemaphoreSlim _warming = new(1, 1);
    private readonly SemaphoreSlim _proving = new(1, 1); // not _warming: a job holds a place while it waits, and setting up anew wants all places
    private volatile Packs? _packs;
    private volatile string? _failure;
    private volatile bool _isSuspect;
    private long _provenAt;
    private int _queued, _running;
    private double _jobSeconds = 1;

    public VortexDevice(
        SiloSettings settings,
        IContentStore content,
        TimeProvider time,
        InferenceMetrics metrics,
        ILogger<VortexDevice> logger,
        ILogger<ClipPipelineHost> hostLogger,
        Func<ClipPipeline, CancellationToken, Task>? canary = null)
    {
        _settings = settings;
        _content = content;
        _clips = new PublishedClip(content);
        _time = time;
        _metrics = metrics;
        _canary = canary ?? CanaryAsync;
        _logger = logger;
        _hostLogger = hostLogger;
        _places = new SemaphoreSlim(settings.DeviceJobs);
        _checks = new SharedChecks(time);
        _shared = new SharedClips(time);
        metrics.Follow(Key, () => Status);
    }

    private string Key => $"{_settings.Name}/0";

    /// <summary>What is loaded. A device of a silo that has just started again has nothing yet, and serves who asks again a moment later: it is not there, as one whose silo is gone.</summary>
    private Packs Loaded => _packs ?? throw (_failure is { } failure
        ? new InvalidOperationException($"Device {Key} has no models loaded: {failure}.")
        : new SiloUnavailableException($"Device {Key} has no models loaded: it is not warm yet."));

    public DeviceStatus Status
    {
        get
        {
            var (queued, running) = (Volatile.Read(ref _queued), Volatile.Read(ref _running));
            var packs = _packs;
            var snapshot = packs?.Host.Snapshot();
            return new DeviceStatus(
                Key,
                snapshot?.Provider ?? "none",
                _settings.Region,
                snapshot is null ? [] : [.. snapshot.WarmPackHashes.Select(HexOf).OrderByDescending(hash => hash == HexOf(packs!.First.Pipeline.PackHash))],
                FreeMemory(snapshot),
                queued,
                running,
                TimeSpan.FromSeconds((queued + Math.Max(0, running - _settings.DeviceJobs + 1)) * Volatile.Read(ref _jobSeconds) / _settings.DeviceJobs),
                _time.GetUtcNow(),
                _failure);
        }
    }

    public async Task<ClipManifest> GenerateAsync(SlotAssignment assignment, byte[] proposer, CancellationToken cancellationToken)
    {
        RequirePack(assignment);
        var clip = await AnswerAsync("generate", () => _shared.JoinAsync(assignment, ended => MakeAsync(assignment, proposer, ended), cancellationToken));
        return clip with { Proposer = proposer };
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
        var findings = await AnswerAsync("verify", () => _checks.Join(job, CheckAsync).WaitAsync(cancellationToken));
        return findings with { Seconds = Stopwatch.GetElapsedTime(started).TotalSeconds };
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

        var request = RequestOf(assignment);
        using var lease = await AcquireAsync(assignment, cancellationToken);
        var report = await lease.Pipeline.CreateVerifier().VerifyAsync(
            [.. segments.Select(segment => segment.Bytes)],
            request,
            new VerificationOptions { Mode = frames.Count < request.FrameCount ? RegenerationMode.Sample : RegenerationMode.Full, Frames = [.. frames] },
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
        if (_packs is { } packs)
            await packs.DisposeAsync();
        _places.Dispose();
        _warming.Dispose();
        _proving.Dispose();
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
        var hash = Convert.ToHexStringLower(assignment.ModelPackHash);
        if (!Loaded.Folders.ContainsKey(hash))
            throw new InvalidOperationException($"Device {Key} does not have model pack {hash}.");
    }

    /// <summary>Measures how long a caller waited for its answer.</summary>
    private async Task<T> AnswerAsync<T>(string kind, Func<Task<T>> work)
    {
        var started = Stopwatch.GetTimestamp();
        Exception? failed = null;
        try
        {
            return await work();
        }
        catch (Exception failure)
        {
            failed = failure;
            throw;
        }
        finally
        {
            _metrics.Answered(kind, InferenceMetrics.OutcomeOf(failed), Stopwatch.GetElapsedTime(started));
        }
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
        Exception? failed = null;
        try
        {
            var result = await Task.Run(job, cancellationToken);
            Proven();
            return result;
        }
        catch (Exception failure)
        {
            failed = failure;
            _isSuspect |= MayBeTheDevice(failure);
            throw;
        }
        finally
        {
            var took = Stopwatch.GetElapsedTime(started);
            Volatile.Write(ref _jobSeconds, 0.8 * Volatile.Read(ref _jobSeconds) + 0.2 * took.TotalSeconds);
            _metrics.JobEnded(kind, InferenceMetrics.OutcomeOf(failed), took);
            Interlocked.Decrement(ref _running);
            _places.Release();
        }
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

    [LoggerMessage(2, LogLevel.Error, "Device {Device} has failed: {Reason}. It gets no more jobs until it is set up anew and a canary comes through")]
    private static partial void LogFailed(ILogger logger, Exception failure, string device, string reason);

    [LoggerMessage(1, LogLevel.Information, "Device {Device} is ready: {Pack} on {Provider} ({Reason}), after {Seconds:0.0} s")]
    private static partial void LogWarm(ILogger logger, string device, string pack, string provider, string reason, double seconds);

    [LoggerMessage(3, LogLevel.Warning, "The model pack in {Folder} is left out: {Reason}")]
    private static partial void LogLeftOut(ILogger logger, string folder, string reason);
}
