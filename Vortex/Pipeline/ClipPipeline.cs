using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Nsn.Vortex.Inference;
using Nsn.Vortex.Media;
using Nsn.Vortex.Packs;
using Nsn.Vortex.Published;
using Nsn.Vortex.Verification;
using Nsn.Vortex.Voice;

namespace Nsn.Vortex.Pipeline;

/// <summary>
/// The pipeline: voice, then actor and scene, then frame after frame into the encoder, whose segments go out at once; at the end the encoded
/// clip is decoded and embedded as any director will do it. All stages of a clip run at the same time.
/// </summary>
public sealed class ClipPipeline : IClipPipeline
{
    private const int EmbeddedFrames = 8;

    private readonly InferenceDevice _device;
    private readonly ClipPipelineOptions _options;
    private readonly LoadedPack _pack;
    private readonly IClipModel _model;
    private readonly IFrameEmbedder _embedder;
    private readonly SoundTrackBuilder _voice;
    private readonly Ffmpeg _ffmpeg;
    private readonly ProofBuilder _proofs;
    private readonly bool _ownsDevice;
    private readonly LoadedPack? _towers;
    private readonly KokoroVoice? _speaker;

    /// <summary>Loads the pack. Takes a second or so; the pipeline then serves any number of requests.</summary>
    /// <exception cref="ClipException">The pack or the device cannot be used.</exception>
    public ClipPipeline(ClipPipelineOptions options, ILogger<ClipPipeline>? logger = null)
        : this(options, new EspeakVoice(), logger)
    {
    }

    internal ClipPipeline(ClipPipelineOptions options, IVoice voice, ILogger? logger = null)
        : this(options, voice, ClipPacks.Read(options), new InferenceDevice(options.Device, options.Threads, logger), ownsDevice: true)
    {
    }

    internal ClipPipeline(ClipPipelineOptions options, IVoice voice, ClipPacks packs, InferenceDevice device, bool ownsDevice)
    {
        _ownsDevice = ownsDevice;
        _options = options;
        _ffmpeg = new Ffmpeg(options.FfmpegPath);
        _device = device;
        try
        {
            _pack = LoadedPack.Load(_device, packs.Model);
            _model = _pack.Model ?? throw new ClipException(ClipError.Pack, $"The pack {packs.Model.DisplayName} draws nothing.");
            if (packs.Towers is not null)
                _towers = LoadedPack.Load(device, packs.Towers);
            _embedder = (_towers ?? _pack).Embedder ?? throw new ClipException(ClipError.Pack, $"The pack {(_towers ?? _pack).Pack.DisplayName} has no verification towers.");
            if (packs.Voice is not null)
                voice = _speaker = new KokoroVoice(device, packs.Voice);
            _voice = new SoundTrackBuilder(voice);
            VramBytes = packs.VramBytes;
            PackHash = packs.Hash();
        }
        catch
        {
            _pack?.Dispose();
            _towers?.Dispose();
            _speaker?.Dispose();
            if (ownsDevice)
                device.Dispose();
            throw;
        }

        _proofs = new ProofBuilder(PackHash, _device.Provider, options.Encoder);
    }

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> PackHash { get; }

    /// <inheritdoc/>
    public string PackName => _pack.Pack.DisplayName;

    /// <summary>Name of the execution provider.</summary>
    public string Provider => ProofBuilder.NameOf(_device.Provider);

    /// <summary>Why this provider.</summary>
    public string ProviderReason => _device.WrongGraphs is { Count: > 0 } wrong
        ? $"{_device.Reason}; the processor runs what {_device.Provider} computes wrongly here: {string.Join(", ", wrong)}"
        : _device.Reason;

    /// <summary>Memory that the loaded packs take on the device, in bytes, as their manifests say; for placement.</summary>
    public long VramBytes { get; }

    /// <summary>Whether the device is a GPU, with memory of its own.</summary>
    public bool OnGpu => _device.Provider != ExecutionProvider.Cpu;

    /// <summary>What is left of the options' budget, in bytes.</summary>
    public long VramFreeBytes => Math.Max(0, _options.VramBudgetBytes - VramBytes);

    /// <summary>Graph runs that wait for the device; for placement.</summary>
    public int QueueLength => _device.QueueLength;

    /// <summary>Rows and batches that the device ran; their ratio is the batching that was achieved.</summary>
    public (long Rows, long Batches) Throughput => _device.Throughput;

    /// <summary>A verifier that shares the loaded pack, the device and the deadline.</summary>
    public IClipVerifier CreateVerifier() => new ClipVerifier(_pack.Pack, _model, _embedder, _voice, _ffmpeg, _options.Deadline);

    /// <inheritdoc/>
    public async IAsyncEnumerable<ClipOutput> GenerateAsync(ClipRequest request, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ClipRequestValidator.ThrowIfInvalid(request);
        PromptGuard.ThrowIfRefused(request);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(_options.Deadline);
        var outputs = Channel.CreateBounded<ClipOutput>(new BoundedChannelOptions(4) { SingleReader = true, SingleWriter = true });
        var work = Task.Run(() => ProduceAsync(request, outputs.Writer, deadline.Token), CancellationToken.None);
        try
        {
            while (await WaitAsync(outputs.Reader, deadline.Token, cancellationToken).ConfigureAwait(false))
            {
                while (outputs.Reader.TryRead(out var output))
                    yield return output;
            }
        }
        finally
        {
            // A reader that stops early stops the work; child processes are gone when this returns.
            await deadline.CancelAsync().ConfigureAwait(false);
            await work.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Compares two decoded clips: embeddings, frames at the same time, sound.</summary>
    public async Task<ClipDistance> CompareAsync(DecodedClip first, DecodedClip second, CancellationToken cancellationToken = default)
    {
        var (one, _) = await EmbedAsync(_embedder, first, "", cancellationToken).ConfigureAwait(false);
        var (two, _) = await EmbedAsync(_embedder, second, "", cancellationToken).ConfigureAwait(false);
        var frames = first.Width != second.Width || first.Height != second.Height
            ? double.PositiveInfinity
            : Pictures.Spread(Math.Min(first.Frames.Count, second.Frames.Count), EmbeddedFrames)
                .Max(index => FrameDistance.Between(first.Frames[index], second.Frames[index], first.Width, first.Height));
        return new ClipDistance(Embeddings.Cosine(one, two), frames, SoundDistance.Between(first.Samples, second.Samples));
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        if (_ownsDevice)
            _device.Dispose();
        _pack.Dispose();
        _towers?.Dispose();
        _speaker?.Dispose();
        return ValueTask.CompletedTask;
    }

    private async ValueTask<bool> WaitAsync(ChannelReader<ClipOutput> reader, CancellationToken deadline, CancellationToken caller)
    {
        try
        {
            return await reader.WaitToReadAsync(deadline).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!caller.IsCancellationRequested)
        {
            throw new ClipException(
                ClipError.DeadlineExceeded, $"The clip was not finished within {_options.Deadline.TotalSeconds:0.###} s: ask for a shorter or smaller one, or raise the deadline.");
        }
    }

    private async Task ProduceAsync(ClipRequest request, ChannelWriter<ClipOutput> outputs, CancellationToken cancellationToken)
    {
        Exception? failure = null;
        try
        {
            await GenerateAsync(request, outputs, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            failure = exception;
        }

        outputs.TryComplete(failure);
    }

    private async Task GenerateAsync(ClipRequest request, ChannelWriter<ClipOutput> outputs, CancellationToken cancellationToken)
    {
        var start = Stopwatch.GetTimestamp();
        var sound = await _voice.BuildAsync(request, cancellationToken).ConfigureAwait(false);
        var voiceTime = Stopwatch.GetElapsedTime(start);

        await using var encoder = new ClipEncoder(_ffmpeg, _options.Encoder, request.Width, request.Height, request.FramesPerSecond);
        await encoder.StartAsync(sound.Samples, cancellationToken).ConfigureAwait(false);
        var actorStart = Stopwatch.GetTimestamp();
        var scene = await _model.PrepareAsync(request, sound, cancellationToken).ConfigureAwait(false);
        var actorTime = Stopwatch.GetElapsedTime(actorStart);

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var drawing = DrawAsync(request, scene, encoder, stop.Token);
        var segments = new List<ReadOnlyMemory<byte>>(request.DurationSeconds);
        try
        {
            await foreach (var segment in encoder.ReadSegmentsAsync(cancellationToken).ConfigureAwait(false))
            {
                segments.Add(segment.Bytes);
                await outputs.WriteAsync(segment, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (Exception exception)
        {
            // The drawing's failure comes first: the encoder only noticed that frames stopped.
            await stop.CancelAsync().ConfigureAwait(false);
            await ((Task)drawing).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (drawing.Exception?.InnerException is ClipException cause)
                ExceptionDispatchInfo.Throw(cause);
            ExceptionDispatchInfo.Throw(exception);
        }

        var (animationTime, encodingTime) = await drawing.ConfigureAwait(false);
        var verificationStart = Stopwatch.GetTimestamp();
        var result = await FinishAsync(request, segments, cancellationToken).ConfigureAwait(false);
        var times = new StageTimes(
            voiceTime, actorTime, animationTime, encodingTime, Stopwatch.GetElapsedTime(verificationStart), Stopwatch.GetElapsedTime(start));
        await outputs.WriteAsync(result with { Times = times }, cancellationToken).ConfigureAwait(false);
    }

    private static async Task<(TimeSpan Animation, TimeSpan Encoding)> DrawAsync(
        ClipRequest request, IClipScene scene, ClipEncoder encoder, CancellationToken cancellationToken)
    {
        var start = Stopwatch.GetTimestamp();
        var waiting = TimeSpan.Zero;
        try
        {
            await foreach (var frame in scene.RenderAsync([.. Enumerable.Range(0, request.FrameCount)], cancellationToken).ConfigureAwait(false))
            {
                var before = Stopwatch.GetTimestamp();
                await encoder.WriteAsync(frame, cancellationToken).ConfigureAwait(false);
                waiting += Stopwatch.GetElapsedTime(before);
            }
        }
        finally
        {
            encoder.Complete();
        }

        return (Stopwatch.GetElapsedTime(start) - waiting, waiting);
    }

    private async Task<ClipResult> FinishAsync(ClipRequest request, List<ReadOnlyMemory<byte>> segments, CancellationToken cancellationToken)
    {
        if (!SegmentReader.TryRead(segments, request, out var encoded, out var reason))
            throw new ClipException(ClipError.Media, $"The clip that was just made does not read back: {reason}");
        var decoded = await ClipDecoder.DecodeAsync(
            _ffmpeg, encoded!.Tracks, request.FramesPerSecond, encoded.Video, encoded.Audio, cancellationToken).ConfigureAwait(false);
        var (embedding, scores) = await EmbedAsync(_embedder, decoded, request.FullPrompt, cancellationToken).ConfigureAwait(false);
        return new ClipResult
        {
            SegmentCount = segments.Count,
            Embedding = embedding,
            QuantisedEmbedding = EmbeddingQuantiser.Quantise(embedding),
            Scores = scores,
            Proof = _proofs.Build(request, _voice.VoiceName, decoded, segments),
            Times = new StageTimes(default, default, default, default, default, default),
            Provider = ProofBuilder.NameOf(_device.Provider),
            PackHash = PackHash,
        };
    }

    internal static Task<(float[] Embedding, TowerScores Scores)> EmbedAsync(
        IFrameEmbedder embedder, DecodedClip clip, string prompt, CancellationToken cancellationToken) =>
        embedder.EmbedAsync(
            [.. Pictures.Spread(clip.Frames.Count, EmbeddedFrames)
                .Select(index => embedder.Prepare(clip.Frames[index], clip.Width, clip.Height))],
            prompt,
            cancellationToken);
}
