using Nsn.Protocol.Chunks;
using Nsn.Protocol.Cryptography;

namespace Nsn.Protocol.Tests.Chunks;

public sealed class ChunkTests
{
    private const ulong Slot = 99;

    [Fact]
    public void Segments_come_back_from_chunks_in_any_order()
    {
        byte[][] segments = [Bytes(1, 1000), Bytes(2, 256), Bytes(3, 257), Bytes(4, 1)];
        Clip clip = Build(segments, 256);
        Assert.Equal(4 + 1 + 2 + 1, clip.ChunkCount);
        byte[][] encoded = [.. clip.Chunks.Select(chunk => chunk.Encode())];
        Random random = new(1);
        for (int round = 0; round < 20; round++)
        {
            random.Shuffle(encoded);
            ClipAssembler assembler = new(Slot, clip.ContentRoot);
            List<VerifiedSegment> taken = [];
            foreach (byte[] bytes in encoded)
            {
                Assert.Equal(ChunkError.None, assembler.Add(bytes));
                Assert.Equal(ChunkError.Duplicate, assembler.Add(bytes));
                while (assembler.TryTakeSegment(out VerifiedSegment? segment))
                    taken.Add(segment);
            }

            Assert.True(assembler.IsComplete);
            Assert.Equal(segments, taken.Select(segment => segment.Bytes.ToArray()));
            Assert.Equal([0u, 1000, 2000, 3000], taken.Select(segment => segment.StartMilliseconds));
        }
    }

    [Fact]
    public void Any_flipped_bit_is_noticed()
    {
        Clip clip = Build([Bytes(1, 300), Bytes(2, 40)], 128);
        for (int leaf = 0; leaf < clip.ChunkCount; leaf++)
        {
            byte[] encoded = clip.GetChunk(leaf).Encode();
            Assert.Equal(ChunkError.None, Check(encoded, clip.ContentRoot));
            for (int bit = 0; bit < encoded.Length * 8; bit++)
            {
                encoded[bit / 8] ^= (byte)(1 << (bit % 8));
                Assert.NotEqual(ChunkError.None, Check(encoded, clip.ContentRoot));
                encoded[bit / 8] ^= (byte)(1 << (bit % 8));
            }

            for (int length = 0; length < encoded.Length; length++)
                Assert.Equal(ChunkError.Malformed, Check(encoded.AsMemory(0, length), clip.ContentRoot));
        }
    }

    [Fact]
    public void A_chunk_of_another_slot_or_clip_is_refused()
    {
        Clip clip = Build([Bytes(1, 300)], 128);
        Clip other = Build([Bytes(9, 300)], 128);
        Assert.Equal(ChunkError.WrongSlot, clip.GetChunk(0).Verify(Slot + 1, clip.ContentRoot));
        Assert.Equal(ChunkError.WrongContent, other.GetChunk(0).Verify(Slot, clip.ContentRoot));
    }

    [Fact]
    public void A_malformed_header_is_refused_before_anything_is_hashed_or_allocated()
    {
        byte[] encoded = Build([Bytes(1, 200_000)], 200_000).GetChunk(0).Encode();
        encoded[55] = 200; // chunk 200 of 1
        _ = Chunk.TryDecode(encoded, out _, out _);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.False(Chunk.TryDecode(encoded, out _, out ChunkError error));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1024);
        Assert.Equal(ChunkError.OutOfBounds, error);
    }

    [Fact]
    public void The_assembler_takes_no_more_than_its_limit()
    {
        Clip clip = Build([Bytes(1, 300)], 100);
        ClipAssembler assembler = new(Slot, clip.ContentRoot, bytesMax: 250);
        Assert.Equal(ChunkError.None, assembler.Add(clip.GetChunk(0)));
        Assert.Equal(ChunkError.None, assembler.Add(clip.GetChunk(2)));
        Assert.Equal(ChunkError.TooLarge, assembler.Add(clip.GetChunk(1)));
    }

    [Fact]
    public void A_segment_that_breaks_a_limit_is_the_callers_mistake()
    {
        ClipBuilder builder = new();
        Assert.Throws<ArgumentException>(() => builder.AddSegment(default, 0, 1000));
        Assert.Throws<ArgumentException>(() => builder.AddSegment(new byte[16 * 1024 * 1024 + 1], 0, 1000));
        Assert.Throws<ArgumentOutOfRangeException>(() => builder.AddSegment(new byte[1], 0, 0));
        Assert.Throws<InvalidOperationException>(() => builder.Build(Slot));
    }

    [Fact]
    public void The_largest_chunk_has_the_length_that_the_limits_say()
    {
        // 4,096 leaves: 63 segments of 64 small chunks and one of 64 in the largest size would do; the proof length is what counts.
        ClipBuilder builder = new(1);
        for (int i = 0; i < 64; i++)
            builder.AddSegment(new byte[64], (uint)i * 1000, 1000);
        Chunk chunk = builder.Build(Slot).GetChunk(4095);
        Assert.Equal(ChunkLimits.ProofLengthMax, chunk.Proof.Length);
        Assert.Equal(ChunkLimits.EncodedBytesMax, chunk.EncodedLength - 2 + 4 + ChunkLimits.PayloadBytesMax);
        Assert.Equal(chunk.EncodedLength, chunk.Encode().Length);
    }

    private static ChunkError Check(ReadOnlyMemory<byte> encoded, Hash256 contentRoot)
        => Chunk.TryDecode(encoded, out Chunk? chunk, out ChunkError error) ? chunk!.Verify(Slot, contentRoot) : error;

    private static Clip Build(byte[][] segments, int payloadBytesMax)
    {
        ClipBuilder builder = new(payloadBytesMax);
        for (int i = 0; i < segments.Length; i++)
            builder.AddSegment(segments[i], (uint)i * 1000, 1000);
        return builder.Build(Slot);
    }

    private static byte[] Bytes(int seed, int length)
    {
        byte[] bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }
}
