using Nsn.Media;
using Nsn.Vortex;
using Nsn.Vortex.Media;
using Nsn.Vortex.Pipeline;

namespace Nsn.Verification.Bench;

/// <summary>Makes honest clips and cheats for one identity and measures them as a director does.</summary>
internal sealed class Experiment(string pack, int seconds, int size) : IAsyncDisposable
{
    private const int SampledFrames = VerificationOptions.DefaultSampleCount;

    private readonly Ffmpeg _ffmpeg = new();
    private readonly ClipPipeline _one = new(new ClipPipelineOptions { PackFolder = pack, Device = "cpu", Threads = 1, Deadline = TimeSpan.FromMinutes(30) });
    private readonly ClipPipeline _two = new(new ClipPipelineOptions { PackFolder = pack, Device = "cpu", Threads = 2, Deadline = TimeSpan.FromMinutes(30) });

    public string PackName => _one.PackName;

    public async ValueTask DisposeAsync()
    {
        await _one.DisposeAsync();
        await _two.DisposeAsync();
    }

    public async Task<List<Sample>> RunAsync(int identity)
    {
        var (prompt, changed, script) = Prompts.Of(identity);
        var request = new ClipRequest
        {
            Prompt = prompt,
            Script = script,
            DurationSeconds = seconds,
            Width = size,
            Height = size,
            Seed = ClipSeed.FromNumber((ulong)(1000 + identity)),
        };
        var (otherPrompt, _, otherScript) = Prompts.Of(identity + 5000);
        var honest = await GenerateAsync(_one, request);
        var threads = await GenerateAsync(_two, request);
        var other = await GenerateAsync(_two, request with { Prompt = otherPrompt });
        var attribute = await GenerateAsync(_two, request with { Prompt = changed });
        var foreign = await GenerateAsync(_two, request with { Prompt = otherPrompt, Script = otherScript, Seed = ClipSeed.FromNumber((ulong)(7000 + identity)) });

        // The director draws its frames after the clip is published: a draw per identity, the same for each variant.
        var random = new Random(identity);
        var frames = Enumerable.Range(0, request.FrameCount).OrderBy(_ => random.Next()).Take(SampledFrames).Order().ToArray();
        var verifier = (ClipVerifier)_one.CreateVerifier();
        var reference = await verifier.ReferenceAsync(request, new VerificationOptions { Frames = frames }, default);

        var (clip, swap) = (honest.Decoded, foreign.Decoded);
        var claimed = foreign.Result.Embedding;
        var samples = new List<Sample>();
        async Task Add(string kind, bool isHonest, DecodedClip decoded, float[]? claim = null) =>
            samples.Add(await MeasureAsync(verifier, identity, kind, isHonest, decoded, request, reference, claim));
        await Add("as made", true, clip, honest.Result.Embedding);
        await Add("other thread count", true, threads.Decoded, threads.Result.Embedding);
        await Add("half the bit rate", true, await EncodeAgainAsync(clip, clip.Frames, clip.Samples, half: true), honest.Result.Embedding);
        await Add("other prompt", false, other.Decoded, other.Result.Embedding);
        await Add("one attribute changed", false, attribute.Decoded, attribute.Result.Embedding);
        await Add("frozen frame", false, await EncodeAgainAsync(clip, [.. clip.Frames.Select(_ => clip.Frames[0])], clip.Samples));
        var middle = clip.Frames.Count / 2;
        await Add("spliced second half", false, await EncodeAgainAsync(clip, [.. clip.Frames.Take(middle), .. swap.Frames.Skip(middle)], clip.Samples));
        await Add("another clip's sound", false, await EncodeAgainAsync(clip, clip.Frames, swap.Samples));
        await Add("noise", false, await EncodeAgainAsync(clip, [.. clip.Frames.Select((_, i) => Noise(clip.FrameBytes, identity + i))], clip.Samples));
        await Add("half resolution enlarged", false, await EncodeAgainAsync(clip, [.. clip.Frames.Select(frame => Enlarge(frame, clip.Width))], clip.Samples));
        await Add("copied embedding", false, clip, claimed);
        return samples;
    }

    private async Task<Sample> MeasureAsync(
        ClipVerifier verifier, int identity, string kind, bool honest, DecodedClip clip, ClipRequest request, ClipReference reference, float[]? claim)
    {
        if (clip.Frames.Count != request.FrameCount)
            return new Sample(identity, kind, honest, new Dictionary<string, double>(), true);
        var report = await verifier.JudgeAsync(clip, request, reference, default);
        var (scores, integrity, regeneration) = (report.Scores!, report.Integrity!, report.Regeneration!);

        // Larger is worse for every measure.
        return new Sample(identity, kind, honest, new Dictionary<string, double>
        {
            ["frame distance"] = regeneration.Distances.Max(),
            ["sharpness"] = -regeneration.Sharpness,
            ["sound distance"] = regeneration.SoundDistance,
            ["tower A"] = -scores.A,
            ["tower B"] = -scores.B,
            ["ensemble"] = -scores.Ensemble,
            ["tower gap"] = Math.Abs(scores.A - scores.B),
            ["still"] = integrity.LongestStill,
            ["motion"] = -integrity.Motion,
            ["mouth sync"] = -integrity.MouthSync,
            ["largest change"] = integrity.LargestChange,
            ["claimed embedding"] = claim is null ? 0 : 1 - Embeddings.Cosine(claim, report.Embedding),
        }, false);
    }

    private async Task<(DecodedClip Decoded, ClipResult Result)> GenerateAsync(ClipPipeline pipeline, ClipRequest request)
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

        return (await ClipReader.DecodeAsync(_ffmpeg, ClipFile.Join(segments)), result!);
    }

    private async Task<DecodedClip> EncodeAgainAsync(DecodedClip clip, IReadOnlyList<byte[]> frames, float[] samples, bool half = false)
    {
        // Half the bit rate: constant quality is off the table at a cap that low, so the cap decides.
        var options = half ? new EncoderOptions { Quality = 30, BitsPerPixel = .3, AudioBitRate = 24_000 } : new EncoderOptions();
        await using var encoder = new ClipEncoder(_ffmpeg, options, clip.Width, clip.Height, clip.FramesPerSecond);
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
        return await ClipReader.DecodeAsync(_ffmpeg, ClipFile.Join(segments));
    }

    private static byte[] Noise(int length, int seed)
    {
        var noise = new byte[length];
        new Random(seed).NextBytes(noise);
        return noise;
    }

    // Every second pixel, enlarged by linear interpolation, in all three planes.
    private static byte[] Enlarge(byte[] frame, int width)
    {
        var result = new byte[frame.Length];
        var luma = width * width;
        Plane(frame.AsSpan(0, luma), result.AsSpan(0, luma), width);
        Plane(frame.AsSpan(luma, luma / 4), result.AsSpan(luma, luma / 4), width / 2);
        Plane(frame.AsSpan(luma * 5 / 4), result.AsSpan(luma * 5 / 4), width / 2);
        return result;

        static void Plane(ReadOnlySpan<byte> from, Span<byte> to, int edge)
        {
            var small = edge / 2;
            for (var y = 0; y < edge; y++)
            {
                for (var x = 0; x < edge; x++)
                {
                    int x0 = x / 2, y0 = y / 2, x1 = Math.Min(small - 1, x0 + (x % 2)), y1 = Math.Min(small - 1, y0 + (y % 2));
                    int Mean(ReadOnlySpan<byte> plane, int sx, int sy) =>
                        (plane[(2 * sy * edge) + (2 * sx)] + plane[(2 * sy * edge) + (2 * sx) + 1]
                        + plane[(((2 * sy) + 1) * edge) + (2 * sx)] + plane[(((2 * sy) + 1) * edge) + (2 * sx) + 1]) / 4;
                    to[(y * edge) + x] = (byte)((Mean(from, x0, y0) + Mean(from, x1, y0) + Mean(from, x0, y1) + Mean(from, x1, y1)) / 4);
                }
            }
        }
    }
}
