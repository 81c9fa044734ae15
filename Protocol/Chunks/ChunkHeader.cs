using System.Buffers.Binary;
using Nsn.Protocol.Cryptography;
using Nsn.Protocol.Merkle;
using Nsn.Protocol.Scale;

namespace Nsn.Protocol.Chunks;

/// <summary>
/// The header of a chunk, version 2: 107 bytes of SCALE, all fields of fixed width. Its first 50 bytes say where the chunk belongs; the last 57,
/// the <em>descriptor</em>, are what the leaf of the Merkle tree commits to. docs/formats.md has the layout byte by byte.
/// </summary>
public readonly record struct ChunkHeader
{
    /// <summary>The length of the header, in bytes.</summary>
    public const int Size = 107;

    /// <summary>Where the descriptor begins.</summary>
    public const int DescriptorOffset = 50;

    /// <summary>The length of the descriptor, in bytes.</summary>
    public const int DescriptorSize = Size - DescriptorOffset;

    /// <summary>The slot that the content was made for.</summary>
    public required ulong Slot { get; init; }

    /// <summary>The root of the tree over all chunks of the clip; what the certificate names.</summary>
    public required Hash256 ContentRoot { get; init; }

    /// <summary>The number of chunks in the clip.</summary>
    public required uint LeafCount { get; init; }

    /// <summary>The place of this chunk among them, from 0.</summary>
    public required uint LeafIndex { get; init; }

    /// <summary>What the segment is.</summary>
    public required ChunkKind Kind { get; init; }

    /// <summary>The place of the segment in the clip, from 0.</summary>
    public required uint SegmentIndex { get; init; }

    /// <summary>The place of the chunk in its segment, from 0. Chunk 0 of a video segment begins with the key frame.</summary>
    public required uint ChunkIndex { get; init; }

    /// <summary>The number of chunks in the segment.</summary>
    public required uint ChunkCount { get; init; }

    /// <summary>When the segment starts, in milliseconds after the start of the clip.</summary>
    public required uint StartMilliseconds { get; init; }

    /// <summary>How long the segment lasts, in milliseconds.</summary>
    public required uint DurationMilliseconds { get; init; }

    /// <summary>The length of the payload, in bytes.</summary>
    public required uint PayloadLength { get; init; }

    /// <summary>SHA-256 of the payload.</summary>
    public required Hash256 PayloadHash { get; init; }

    /// <summary>The hash of the leaf that stands for this chunk.</summary>
    public Hash256 LeafHash()
    {
        Span<byte> bytes = stackalloc byte[Size];
        Write(bytes);
        return MerkleHash.Leaf(bytes[DescriptorOffset..]);
    }

    /// <summary>Writes the <see cref="Size"/> bytes of the header.</summary>
    public void Write(Span<byte> bytes)
    {
        bytes = bytes[..Size];
        BinaryPrimitives.WriteUInt16LittleEndian(bytes, ChunkLimits.Version);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[2..], Slot);
        ContentRoot.AsSpan().CopyTo(bytes[10..]);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[42..], LeafCount);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[46..], LeafIndex);
        bytes[50] = (byte)Kind;
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[51..], SegmentIndex);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[55..], ChunkIndex);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[59..], ChunkCount);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[63..], StartMilliseconds);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[67..], DurationMilliseconds);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[71..], PayloadLength);
        PayloadHash.AsSpan().CopyTo(bytes[75..]);
    }

    /// <summary>Reads a header and checks every bound.</summary>
    public static bool TryRead(ref ScaleReader reader, out ChunkHeader header, out ChunkError error)
    {
        header = default;
        error = ChunkError.Malformed;
        if (!reader.TryReadFixed(Size, out ReadOnlySpan<byte> bytes))
            return false;
        header = new ChunkHeader
        {
            Slot = BinaryPrimitives.ReadUInt64LittleEndian(bytes[2..]),
            ContentRoot = new Hash256(bytes.Slice(10, 32)),
            LeafCount = BinaryPrimitives.ReadUInt32LittleEndian(bytes[42..]),
            LeafIndex = BinaryPrimitives.ReadUInt32LittleEndian(bytes[46..]),
            Kind = (ChunkKind)bytes[50],
            SegmentIndex = BinaryPrimitives.ReadUInt32LittleEndian(bytes[51..]),
            ChunkIndex = BinaryPrimitives.ReadUInt32LittleEndian(bytes[55..]),
            ChunkCount = BinaryPrimitives.ReadUInt32LittleEndian(bytes[59..]),
            StartMilliseconds = BinaryPrimitives.ReadUInt32LittleEndian(bytes[63..]),
            DurationMilliseconds = BinaryPrimitives.ReadUInt32LittleEndian(bytes[67..]),
            PayloadLength = BinaryPrimitives.ReadUInt32LittleEndian(bytes[71..]),
            PayloadHash = new Hash256(bytes.Slice(75, 32)),
        };
        error = BinaryPrimitives.ReadUInt16LittleEndian(bytes) != ChunkLimits.Version ? ChunkError.UnknownVersion
            : header.Kind > ChunkKind.WebVtt ? ChunkError.UnknownKind
            : header.IsWithinBounds() ? ChunkError.None : ChunkError.OutOfBounds;
        return error == ChunkError.None;
    }

    /// <summary>True if every index, count, time and length is one that the format allows.</summary>
    public bool IsWithinBounds()
        => LeafCount <= ChunkLimits.LeavesMax && LeafIndex < LeafCount
            && SegmentIndex < ChunkLimits.SegmentsMax && SegmentIndex <= LeafIndex
            && ChunkCount <= ChunkLimits.ChunksPerSegmentMax && ChunkIndex < ChunkCount
            && ChunkIndex <= LeafIndex && ChunkCount - ChunkIndex <= LeafCount - LeafIndex
            && StartMilliseconds <= ChunkLimits.MillisecondsMax
            && DurationMilliseconds is > 0 and <= ChunkLimits.MillisecondsMax
            && PayloadLength is > 0 and <= ChunkLimits.PayloadBytesMax;
}
