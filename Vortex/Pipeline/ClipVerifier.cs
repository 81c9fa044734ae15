using System.Globalization;
using Nsn.Vortex.Media;
using Nsn.Vortex.Packs;
using Nsn.Vortex.Verification;
using Nsn.Vortex.Voice;

namespace Nsn.Vortex.Pipeline;

/// <summary>Judges clips: form, decoding, towers, integrity, regeneration, in this order; every check runs that still can, and all reasons are given.</summary>
public sealed class ClipVerifier : IClipVerifier
{
    private readonly IClipModel _model;
    private readonly IFrameEmbedder _embedder;
    private readonly SoundTrackBuilder _voice;
    private readonly Ffmpeg _ffmpeg;
    private readonly VerificationThresholds _thresholds;
    private readonly TimeSpan _deadline;
    private readonly string? _whyNotAgain;

    internal ClipVerifier(ModelPack pack, IClipModel model, IFrameEmbedder embedder, SoundTrackBuilder voice, Ffmpeg ffmpeg, TimeSpan deadline)
    {
        _deadline = deadline;
        _whyNotAgain = model.CanRegenerate && pack.Manifest.Capabilities.Contains(PackManifest.RegenerateFrames)
            ? null
            : $"regeneration: the pack {pack.DisplayName} does not have the capability '{PackManifest.RegenerateFrames}'";
        _model = model;
        _embedder = embedder;
        _voice = voice;
        _ffmpeg = ffmpeg;
        _thresholds = VerificationThresholds.Of(pack);
    }

    /// <inheritdoc/>
    public async Task<VerificationReport> VerifyAsync(
        IReadOnlyList<ReadOnlyMemory<byte>> segments, ClipRequest request, VerificationOptions options, CancellationToken cancellationToken = default)
    {
        ClipRequestValidator.ThrowIfInvalid(request);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(_deadline);
        try
        {
            return await VerifyWithinAsync(segments, request, options, deadline.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new ClipException(
                ClipError.DeadlineExceeded, $"The clip was not judged within {_deadline.TotalSeconds:0.###} s: make fewer frames again, or raise the deadline.");
        }
    }

    private async Task<VerificationReport> VerifyWithinAsync(
        IReadOnlyList<ReadOnlyMemory<byte>> segments, ClipRequest request, VerificationOptions options, CancellationToken cancellationToken)
    {
        if (!SegmentReader.TryRead(segments, request, out var encoded, out var reason))
            return Undecodable(VerificationFailure.Malformed, reason);
        DecodedClip clip;
        try
        {
            clip = await ClipDecoder.DecodeAsync(
                _ffmpeg, encoded!.Tracks, request.FramesPerSecond, encoded.Video, encoded.Audio, cancellationToken).ConfigureAwait(false);
        }
        catch (ClipException exception) when (exception.Error == ClipError.Media)
        {
            return Undecodable(VerificationFailure.Malformed, exception.Message);
        }

        if (options.Mode == RegenerationMode.None)
            return await JudgeAsync(clip, request, null, cancellationToken).ConfigureAwait(false);
        if (_whyNotAgain is not null)
            return await JudgeAsync(clip, request, null, cancellationToken).ConfigureAwait(false) with { Skipped = [_whyNotAgain] };
        var reference = clip.Frames.Count == request.FrameCount ? await ReferenceAsync(request, options, cancellationToken).ConfigureAwait(false) : null;
        return await JudgeAsync(clip, request, reference, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Judges a decoded clip against frames and sound that were made again.</summary>
    internal async Task<VerificationReport> JudgeAsync(
        DecodedClip clip, ClipRequest request, ClipReference? reference, CancellationToken cancellationToken)
    {
        if (clip.Frames.Count != request.FrameCount)
            return Undecodable(VerificationFailure.WrongShape, $"{clip.Frames.Count} of {request.FrameCount} frames decode.");
        var findings = new Findings();
        var (embedding, scores) = await ClipPipeline.EmbedAsync(_embedder, clip, request.FullPrompt, cancellationToken).ConfigureAwait(false);
        var integrity = IntegrityMeter.Measure(clip, !string.IsNullOrWhiteSpace(request.Script));
        var regeneration = reference is null ? null : await reference.CompareAsync(clip, cancellationToken).ConfigureAwait(false);
        Judge(findings, request, scores, integrity, regeneration);
        return new VerificationReport
        {
            Failures = findings.Failures,
            Explanation = findings.Explanation,
            Embedding = embedding,
            QuantisedEmbedding = EmbeddingQuantiser.Quantise(embedding),
            Scores = scores,
            Integrity = integrity,
            Regeneration = regeneration,
        };
    }

    private void Judge(Findings findings, ClipRequest request, TowerScores scores, IntegrityChecks integrity, RegenerationReport? regeneration)
    {
        if (regeneration is not null)
        {
            findings.Above(VerificationFailure.FrameMismatch, "a regenerated frame differs by", regeneration.Distances.Max(), _thresholds.FrameDistance);
            findings.Below(VerificationFailure.FrameMismatch, "the frames' detail relative to regenerated ones is", regeneration.Sharpness, _thresholds.Sharpness);
            findings.Above(VerificationFailure.FrameMismatch, "a spot of a frame differs by", regeneration.Spot, _thresholds.Spot);
            findings.Above(VerificationFailure.FrameMismatch, "the texture of a frame differs by", regeneration.Texture, _thresholds.Texture);
            findings.Above(VerificationFailure.SoundMismatch, "the sound differs by (dB)", regeneration.SoundDistance, _thresholds.SoundDistance);
            findings.Above(VerificationFailure.SoundMismatch, "a sound is added that exceeds what was made by (dB)", regeneration.AddedSound, _thresholds.AddedSound);
            findings.Above(VerificationFailure.SoundMismatch, "the sound fits better at another time, in correlation by", regeneration.SoundShift, _thresholds.SoundShift);
        }

        if (!scores.Passed)
            findings.Add(VerificationFailure.LowScore, string.Create(CultureInfo.InvariantCulture, $"the picture does not fit the prompt: scores {scores.A:0.000} and {scores.B:0.000}"));
        findings.Below(VerificationFailure.LowScore, "the recipe's minimum score is missed by an ensemble score of", scores.Ensemble, request.MinimumScore > 0 ? request.MinimumScore : double.NegativeInfinity);
        if (scores.Outlier)
            findings.Add(VerificationFailure.TowerOutlier, string.Create(CultureInfo.InvariantCulture, $"the towers disagree: {scores.A:0.000} and {scores.B:0.000}"));
        findings.Above(VerificationFailure.Frozen, "the picture stands still for (s)", integrity.LongestStill, _thresholds.StillSeconds);
        findings.Below(VerificationFailure.Frozen, "the mean change between frames is", integrity.Motion, _thresholds.Motion);
        findings.Below(VerificationFailure.Blank, "the contrast is", integrity.Contrast, _thresholds.Contrast);
        findings.Below(VerificationFailure.Silent, "the quietest second is at (dB)", integrity.LoudnessDecibel, _thresholds.Loudness);
        findings.Below(VerificationFailure.MouthOutOfSync, "mouth and sound correlate by", integrity.MouthSync, _thresholds.MouthSync);
        findings.Above(VerificationFailure.Cut, "the largest change between frames is", integrity.LargestChange, _thresholds.Change);
    }

    /// <summary>Makes the frames that the options ask for, and the sound.</summary>
    internal async Task<ClipReference> ReferenceAsync(ClipRequest request, VerificationOptions options, CancellationToken cancellationToken)
    {
        int[] indices = options.Mode == RegenerationMode.Full
            ? [.. Enumerable.Range(0, request.FrameCount)]
            : options.Frames.Count > 0
                ? [.. options.Frames.Where(frame => frame >= 0 && frame < request.FrameCount).Distinct()]
                : Pictures.Spread(request.FrameCount, VerificationOptions.DefaultSampleCount);
        if (indices.Length == 0)
            throw new ClipException(ClipError.InvalidRequest, "None of the frames to regenerate is within the clip.");
        var sound = await _voice.BuildAsync(request, cancellationToken).ConfigureAwait(false);
        var scene = await _model.PrepareAsync(request, sound, cancellationToken).ConfigureAwait(false);
        var frames = new List<(int, byte[])>(indices.Length);
        await foreach (var frame in scene.RenderAsync(indices, cancellationToken).ConfigureAwait(false))
            frames.Add((indices[frames.Count], frame));
        return new ClipReference(frames, sound.Samples, scene);
    }

    private static VerificationReport Undecodable(VerificationFailure failure, string reason) => new()
    {
        Failures = [failure],
        Explanation = reason,
        Embedding = new float[Embeddings.Length],
        QuantisedEmbedding = new sbyte[Embeddings.Length],
    };

    private sealed class Findings
    {
        private readonly List<string> _texts = [];

        public List<VerificationFailure> Failures { get; } = [];

        public string Explanation => _texts.Count == 0 ? "All checks passed." : $"Rejected: {string.Join("; ", _texts)}.";

        public void Above(VerificationFailure failure, string what, double value, double limit)
        {
            if (value > limit)
                Add(failure, string.Create(CultureInfo.InvariantCulture, $"{what} {value:0.###}, more than {limit:0.###}"));
        }

        public void Below(VerificationFailure failure, string what, double value, double limit)
        {
            if (value < limit)
                Add(failure, string.Create(CultureInfo.InvariantCulture, $"{what} {value:0.###}, less than {limit:0.###}"));
        }

        public void Add(VerificationFailure failure, string text)
        {
            if (!Failures.Contains(failure))
                Failures.Add(failure);
            _texts.Add(text);
        }
    }
}
