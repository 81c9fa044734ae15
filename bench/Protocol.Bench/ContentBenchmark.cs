using Nsn.Protocol.Chunks;
using Nsn.Protocol.Cryptography;

namespace Nsn.Protocol.Bench;

/// <summary>10 MB of segments of 1 MB: cut, hashed and built into a tree; and verified chunk by chunk.</summary>
internal sealed class ContentBenchmark : IBenchmark
{
    public string Name => "content";

    public void Run(Results results)
    {
        byte[] content = new byte[10_000_000];
        new Random(1).NextBytes(content);
        Clip clip = Build(content);
        results.Report("chunk_10mb_ms", 1000 * Results.Seconds(() => Build(content)), "<= 25");

        byte[][] encoded = [.. clip.Chunks.Select(chunk => chunk.Encode())];
        results.Report("verify_10mb_ms", 1000 * Results.Seconds(() =>
        {
            foreach (byte[] bytes in encoded)
            {
                if (!Chunk.TryDecode(bytes, out Chunk? chunk, out _) || chunk!.Verify(1, clip.ContentRoot) != ChunkError.None)
                    throw new InvalidOperationException("a chunk was refused");
            }
        }), "-");
        results.Report("blake2b_256_gb_per_s", content.Length / 1e9 / Results.Seconds(() => Blake2b.Hash256(content), rounds: 3), "-");
        byte[] small = content[..72];
        results.Report("blake2b_256_of_72_bytes_ns", 1e9 * Results.Seconds(() => Blake2b.Hash256(small)), "-");
    }

    private static Clip Build(byte[] content)
    {
        ClipBuilder builder = new();
        for (int i = 0; i < 10; i++)
            builder.AddSegment(content.AsMemory(i * 1_000_000, 1_000_000), (uint)i * 1000, 1000);
        return builder.Build(1);
    }
}
