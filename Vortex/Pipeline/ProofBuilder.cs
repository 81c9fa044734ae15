using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Nsn.Vortex.Inference;
using Nsn.Vortex.Media;

namespace Nsn.Vortex.Pipeline;

/// <summary>Builds proofs: SHA-256 over a tag and length-prefixed parts in a fixed order (<c>docs/verification.md</c>, "The proof").</summary>
internal sealed class ProofBuilder(ReadOnlyMemory<byte> packHash, ExecutionProvider provider, EncoderOptions encoder)
{
    private const string Tag = "nsn:clip-proof:1";
    private const string RequestTag = "nsn:clip-request:1";

    public static string NameOf(ExecutionProvider provider) => provider.ToString().ToLowerInvariant();

    public ClipProof Build(ClipRequest request, string voice, DecodedClip decoded, IReadOnlyList<ReadOnlyMemory<byte>> segments)
    {
        var recipe = request.RecipeHash.IsEmpty ? HashOf(request) : request.RecipeHash;
        var environment = $"{NameOf(provider)};ort={RuntimeLibrary.Version};{voice};{encoder}";
        var frames = Frames(decoded);
        var samples = Samples(decoded.Samples);
        var stream = Stream(segments);
        var digest = Digest(
            Encoding.UTF8.GetBytes(Tag), recipe, request.Seed.ToArray(), packHash, Encoding.UTF8.GetBytes(environment), frames, samples, stream);
        return new ClipProof
        {
            Digest = digest,
            RecipeHash = recipe,
            Seed = request.Seed,
            PackHash = packHash,
            Environment = environment,
            FramesHash = frames,
            SamplesHash = samples,
            StreamHash = stream,
        };
    }

    /// <summary>Canonical hash of a request that did not come from a recipe: every field but the seed, length-prefixed.</summary>
    public static byte[] HashOf(ClipRequest request)
    {
        var numbers = new byte[40];
        BinaryPrimitives.WriteDoubleLittleEndian(numbers, request.Speed);
        BinaryPrimitives.WriteInt32LittleEndian(numbers.AsSpan(8), request.DurationSeconds);
        BinaryPrimitives.WriteInt32LittleEndian(numbers.AsSpan(12), request.FramesPerSecond);
        BinaryPrimitives.WriteInt32LittleEndian(numbers.AsSpan(16), request.Width);
        BinaryPrimitives.WriteInt32LittleEndian(numbers.AsSpan(20), request.Height);
        BinaryPrimitives.WriteInt32LittleEndian(numbers.AsSpan(24), request.ExpressionSequence.Count);
        BinaryPrimitives.WriteInt32LittleEndian(numbers.AsSpan(28), request.RequiredConcepts.Count);
        BinaryPrimitives.WriteDoubleLittleEndian(numbers.AsSpan(32), request.MinimumScore);
        var texts = new[]
        {
            RequestTag, request.Prompt, request.NegativePrompt, request.Script, request.VoiceId, request.Emotion, request.MotionPreset, request.CameraMotion,
        };
        return Digest([.. texts.Concat(request.ExpressionSequence).Concat(request.RequiredConcepts).Concat(request.BannedConcepts).Select(text => (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes(text)), numbers]);
    }

    private static byte[] Frames(DecodedClip clip)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var frame in clip.Frames)
            hash.AppendData(frame);
        return hash.GetHashAndReset();
    }

    private static byte[] Samples(float[] samples)
    {
        var bytes = new byte[samples.Length * 2];
        for (var i = 0; i < samples.Length; i++)
            BinaryPrimitives.WriteInt16LittleEndian(bytes.AsSpan(i * 2), (short)Math.Clamp(MathF.Round(samples[i] * 32768), -32768, 32767));
        return SHA256.HashData(bytes);
    }

    private static byte[] Stream(IReadOnlyList<ReadOnlyMemory<byte>> segments)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var segment in segments)
            hash.AppendData(segment.Span);
        return hash.GetHashAndReset();
    }

    private static byte[] Digest(params ReadOnlyMemory<byte>[] parts)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> length = stackalloc byte[4];
        foreach (var part in parts)
        {
            BinaryPrimitives.WriteInt32LittleEndian(length, part.Length);
            hash.AppendData(length);
            hash.AppendData(part.Span);
        }

        return hash.GetHashAndReset();
    }
}
