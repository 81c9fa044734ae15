namespace Nsn.Protocol.Chunks;

/// <summary>The bounds of the chunk format; a header outside them is refused before anything is allocated or hashed.</summary>
public static class ChunkLimits
{
    /// <summary>The version of the header.</summary>
    public const ushort Version = 2;

    /// <summary>The most bytes of payload in a chunk: 256 KiB.</summary>
    public const int PayloadBytesMax = 256 * 1024;

    /// <summary>The most chunks in a segment: 64, so that a segment has at most 16 MiB.</summary>
    public const uint ChunksPerSegmentMax = 64;

    /// <summary>The most segments in a clip: 60 of one second, and room for captions.</summary>
    public const uint SegmentsMax = 128;

    /// <summary>The most leaves in the tree of a clip.</summary>
    public const uint LeavesMax = 4096;

    /// <summary>The most siblings in the proof of a chunk: log2 of <see cref="LeavesMax"/>.</summary>
    public const int ProofLengthMax = 12;

    /// <summary>No segment starts later within its clip, nor lasts longer: 120,000 ms.</summary>
    public const uint MillisecondsMax = 120_000;

    /// <summary>The most bytes of an encoded chunk: header, count and siblings of the proof, length and bytes of the payload.</summary>
    public const int EncodedBytesMax = ChunkHeader.Size + 1 + ProofLengthMax * 32 + 4 + PayloadBytesMax;
}
