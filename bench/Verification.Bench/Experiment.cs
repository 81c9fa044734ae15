using Nsn.Media;
using Nsn.Vortex;
using Nsn.Vortex.Media;
using Nsn.Vortex.Pipeline;

namespace Nsn.Verification.Bench;

/// <summary>Makes honest clips and cheats for one identity and measures them as a director does.</summary>
internal sealed class Experiment(string pack, int seconds, int size, IReadOnlyCollection<string> kinds, string? otherDevice) : IAsyncDisposable
{
    private const int SampledFrames = VerificationOptions.DefaultSampleCount;
    private const string OtherMusic = "another music beneath the same words";
    private static readonly Ffmpeg s_ffmpeg = new();

    private readonly ClipPipeline _one = new(new ClipPipelineOptions { PackFolder = pack, Device = "cpu", Threads = 1, Deadline = TimeSpan.FromMinutes(30) });
    private readonly ClipPipeline _two = new(new ClipPipelineOptions { PackFolder = pack, Device = "cpu", Threads = 2, Deadline = TimeSpan.FromMinutes(30) });

    private readonly ClipPipeline? _other = otherDevice is null
        ? null
        : new(new ClipPipelineOptions { PackFolder = pack, Device = otherDevice, Deadline = TimeSpan.FromMinutes(30) });

    public string PackName => _one.PackName;

    public async ValueTask DisposeAsync()
    {
        await _one.DisposeAsync();
        await _two.DisposeAsync();
        if (_other is not null)
            await _other.DisposeAsync();
    }

    public string PackHash => Convert.ToHexStringLower(_one.PackHash.Span);

    /// <summary>All variants of one identity, each told to <paramref name="progress"/> when it is measured.</summary>
    public async Task<List<Sample>> RunAsync(int identity, Action<Sample> progress)
    {
        var (prompt, script) = Prompts.Of(identity);
        var request = new ClipRequest
        {
            Prompt = prompt,
            Script = script,
            DurationSeconds = seconds,
            Width = size,
            Height = size,
            Seed = ClipSeed.FromNumber((ulong)(1000 + identity)),
        };
        var otherSeed = ClipSeed.FromNumber((ulong)(7000 + identity));
        var (otherPrompt, otherScript) = Prompts.Of(identity + 5003);
        var honest = await GenerateAsync(_two, request);
        var foreign = await GenerateAsync(_two, request with { Prompt = otherPrompt, Script = otherScript, Seed = otherSeed });

        // The director draws its frames after the clip is published: a draw per identity, the same for each variant.
        var random = new Random(identity);
        var frames = Enumerable.Range(0, request.FrameCount).OrderBy(_ => random.Next()).Take(SampledFrames).Order().ToArray();
        var verifier = (ClipVerifier)_two.CreateVerifier();
        var reference = await verifier.ReferenceAsync(request, new VerificationOptions { Frames = frames }, default);

        var (clip, swap) = (honest.Decoded, foreign.Decoded);
        var samples = new List<Sample>();
        bool Wanted(string kind) => kinds.Count == 0 || kinds.Contains(kind);
        async Task Add(string kind, bool isHonest, DecodedClip decoded, float[]? claim = null)
        {
            if (!Wanted(kind))
                return;
            var sample = await MeasureAsync(verifier, identity, kind, isHonest, decoded, request, reference, claim);
            samples.Add(sample);
            progress(sample);
        }

        async Task AddMade(string kind, bool isHonest, ClipPipeline pipeline, ClipRequest made)
        {
            if (!Wanted(kind))
                return;
            var (decoded, result) = await GenerateAsync(pipeline, made);
            await Add(kind, isHonest, decoded, result.Embedding);
        }

        async Task AddFrames(string kind, bool isHonest, Func<byte[], int, byte[]> frame, float[]? sound = null, bool half = false)
        {
            if (Wanted(kind))
                await Add(kind, isHonest, await EncodeAgainAsync(clip, [.. clip.Frames.Select(frame)], sound ?? clip.Samples, half));
        }

        var middle = clip.Frames.Count / 2;
        await Add("as made", true, clip, honest.Result.Embedding);
        await AddMade("other thread count", true, _one, request);
        if (_other is not null)
            await AddMade("other provider", true, _other, request);
        await AddFrames("half the bit rate", true, (frame, _) => frame, half: true);
        await AddFrames("encoded again", true, (frame, _) => frame);

        await AddMade("other prompt", false, _two, request with { Prompt = otherPrompt });
        await AddMade("one attribute changed", false, _two, request with { Prompt = Prompts.OneChanged(identity) });
        foreach (var attribute in Prompts.Fine)
        {
            if (Prompts.Changed(identity, attribute) is { } fine)
                await AddMade($"{attribute} changed", false, _two, request with { Prompt = fine });
        }

        if (Wanted("other seed") || Wanted(OtherMusic))
        {
            var (other, result) = await GenerateAsync(_two, request with { Seed = otherSeed });
            await Add("other seed", false, other, result.Embedding);
            await AddFrames(OtherMusic, false, (frame, _) => frame, other.Samples);
        }

        await Add("another clip replayed", false, swap, foreign.Result.Embedding);
        await AddFrames("frozen frame", false, (_, _) => clip.Frames[0]);
        await AddFrames("first half shown twice", false, (_, i) => clip.Frames[i % middle]);
        await AddFrames("spliced second half", false, (frame, i) => i < middle ? frame : swap.Frames[i]);
        await AddFrames("another clip's sound", false, (frame, _) => frame, swap.Samples);
        await AddFrames("noise", false, (_, i) => Disguises.Noise(clip.FrameBytes, identity + i));
        await AddFrames("mirrored", false, (frame, _) => Disguises.Mirror(frame, clip.Width));
        await AddFrames("mark painted in a corner", false, (frame, _) => Disguises.Mark(frame, clip.Width));
        await AddFrames("small mark, as an address", false, (frame, _) => Disguises.SmallMark(frame, clip.Width));
        await AddFrames("pattern that changes no mean", false, (frame, _) => Disguises.Pattern(frame, clip.Width));
        await AddFrames("colours shifted", false, (frame, _) => Disguises.ShiftColours(frame, clip.Width));
        await AddFrames("mouth kept still", false, (frame, _) => Disguises.Mouth(frame, clip.Frames[0], clip.Width));
        await AddFrames("three frames replaced", false, (frame, i) => i >= 14 && i < 17 ? swap.Frames[i] : frame);
        await AddFrames("slowed to half", false, (_, i) => clip.Frames[i / 2]);
        await AddFrames("black", false, (_, _) => Disguises.Black(clip.Width));
        await AddFrames("silent", false, (frame, _) => frame, new float[clip.Samples.Length]);
        await AddFrames("sound a tenth of a second late", false, (frame, _) => frame, Disguises.Late(clip.Samples, .1));
        await AddFrames("sound half a second late", false, (frame, _) => frame, Disguises.Late(clip.Samples, .5));
        await AddFrames("high tone added", false, (frame, _) => frame, Disguises.Tone(clip.Samples, 12_000, .1, 1));
        await AddFrames("short beeps added", false, (frame, _) => frame, Disguises.Tone(clip.Samples, 1_000, .1, .2));
        await AddFrames("half resolution enlarged", false, (frame, _) => Disguises.Enlarge(frame, clip.Width));
        await Add("copied embedding", false, clip, foreign.Result.Embedding);
        return samples;
    }

    private async Task<Sample> MeasureAsync(
        ClipVerifier verifier, int identity, string kind, bool honest, DecodedClip clip, ClipRequest request, ClipReference reference, float[]? claim)
    {
        if (clip.Frames.Count != request.FrameCount)
            return new Sample(identity, kind, honest, new Dictionary<string, double>(), true, false);
        var report = await verifier.JudgeAsync(clip, request, reference, default);
        var (scores, integrity, regeneration) = (report.Scores!, report.Integrity!, report.Regeneration!);

        var distance = claim is null ? 0 : 1 - Embeddings.Cosine(claim, report.Embedding);

        // Larger is worse for every measure.
        return new Sample(identity, kind, honest, new Dictionary<string, double>
        {
            ["frame distance"] = regeneration.Distances.Max(),
            ["spot"] = regeneration.Spot,
            ["texture"] = regeneration.Texture,
            ["sharpness"] = -regeneration.Sharpness,
            ["sound distance"] = regeneration.SoundDistance,
            ["added sound"] = regeneration.AddedSound,
            ["sound shift"] = regeneration.SoundShift,
            ["tower A"] = -scores.A,
            ["tower B"] = -scores.B,
            ["ensemble"] = -scores.Ensemble,
            ["tower gap"] = Math.Abs(scores.A - scores.B),
            ["still"] = integrity.LongestStill,
            ["motion"] = -integrity.Motion,
            ["contrast"] = -integrity.Contrast,
            ["loudness"] = -integrity.LoudnessDecibel,
            ["mouth sync"] = double.IsNaN(integrity.MouthSync) ? -1 : -integrity.MouthSync,
            ["largest change"] = integrity.LargestChange,
            [Shipped.ClaimedEmbedding] = distance,
        }, false, report.Accepted && distance <= Shipped.ClaimedDistanceMax);
    }

    internal static async Task<(DecodedClip Decoded, ClipResult Result)> GenerateAsync(ClipPipeline pipeline, ClipRequest request)
    {
        var segments = new List<ReadOnlyMemory<byte>>();
        ClipResult? result = null;
        await foreach (var output in pipeline.GenerateAsync(request))
        {
            if (output is ClipSegment segment)
                segments.Add(segment.Bytes);
            else
                result = (ClipResult)output;
        }

        return (await ClipReader.DecodeAsync(s_ffmpeg, ClipFile.Join(segments)), result!);
    }

    private async Task<DecodedClip> EncodeAgainAsync(DecodedClip clip, IReadOnlyList<byte[]> frames, float[] samples, bool half = false)
    {
        // Half the bit rate: constant quality is off the table at a cap that low, so the cap decides.
        var options = half ? new EncoderOptions { Quality = 30, BitsPerPixel = .3, AudioBitRate = 24_000 } : new EncoderOptions();
        await using var encoder = new ClipEncoder(s_ffmpeg, options, clip.Width, clip.Height, clip.FramesPerSecond);
        await encoder.StartAsync(samples, default);
        var writing = Task.Run(async () =>
        {
            foreach (var frame in frames)
                await encoder.WriteAsync(frame, default);
            encoder.Complete();
        });
        var segments = new List<ReadOnlyMemory<byte>>();
        await foreach (var segment in encoder.ReadSegmentsAsync(default))
            segments.Add(segment.Bytes);
        await writing;
        return await ClipReader.DecodeAsync(s_ffmpeg, ClipFile.Join(segments));
    }
}
