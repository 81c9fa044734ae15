using System.Diagnostics.CodeAnalysis;
using Nsn.Protocol.Cryptography;

namespace Nsn.Protocol.Chunks;

/// <summary>
/// Takes the chunks of one slot in any order, verifies each, and gives out segments in order as soon as they are whole. It never holds more
/// than the limit it was given. Not safe for use by several threads.
/// </summary>
public sealed class ClipAssembler
{
    private readonly ulong _slot;
    private readonly Hash256 _contentRoot;
    private readonly long _bytesMax;
    private readonly Dictionary<uint, Segment> _segments = [];
    private uint _leafCount;
    private uint _verifiedLeaves;
    private uint _nextSegment;
    private long _bytes;

    /// <summary>Waits for the chunks of a certified slot.</summary>
    /// <param name="slot">The slot that the certificate is for.</param>
    /// <param name="contentRoot">The content root that the certificate names.</param>
    /// <param name="bytesMax">The most payload that is taken in all, in bytes.</param>
    public ClipAssembler(ulong slot, Hash256 contentRoot, long bytesMax = 128L << 20)
    {
        _slot = slot;
        _contentRoot = contentRoot;
        _bytesMax = bytesMax;
    }

    /// <summary>True if every chunk of the clip was verified.</summary>
    public bool IsComplete => _leafCount > 0 && _verifiedLeaves == _leafCount;

    /// <summary>The number of chunks verified so far.</summary>
    public int VerifiedChunks => (int)_verifiedLeaves;

    /// <summary>Decodes, verifies and keeps a chunk. The bytes must not change afterwards.</summary>
    public ChunkError Add(ReadOnlyMemory<byte> encoded)
        => Chunk.TryDecode(encoded, out Chunk? chunk, out ChunkError error) ? Add(chunk!) : error;

    /// <summary>Verifies and keeps a chunk.</summary>
    public ChunkError Add(Chunk chunk)
    {
        ChunkHeader header = chunk.Header;
        if (_bytes + header.PayloadLength > _bytesMax)
            return ChunkError.TooLarge;
        bool known = _segments.TryGetValue(header.SegmentIndex, out Segment? segment);
        if (known && segment!.Has(header))
            return ChunkError.Duplicate;
        ChunkError error = chunk.Verify(_slot, _contentRoot);
        if (error != ChunkError.None)
            return error;

        // From here on the header is what was certified: a contradiction is the fault of those who signed it, not of the sender.
        segment ??= new Segment(header);
        if (!segment.Fits(header))
            return ChunkError.InconsistentLayout;
        _segments[header.SegmentIndex] = segment;
        segment.Put(header, chunk.Payload);
        _leafCount = header.LeafCount;
        _verifiedLeaves++;
        _bytes += header.PayloadLength;
        return ChunkError.None;
    }

    /// <summary>Gives out the next segment if it is whole. Its memory is released here.</summary>
    public bool TryTakeSegment([NotNullWhen(true)] out VerifiedSegment? next)
    {
        next = null;
        if (!_segments.TryGetValue(_nextSegment, out Segment? segment) || !segment.TryTake(out next))
            return false;
        _nextSegment++;
        return true;
    }

    private sealed class Segment(ChunkHeader first)
    {
        private readonly ReadOnlyMemory<byte>[] _payloads = new ReadOnlyMemory<byte>[first.ChunkCount];
        private readonly bool[] _present = new bool[first.ChunkCount];
        private uint _missing = first.ChunkCount;

        // Only a chunk with the same header is the same chunk; any other claim to its place must be looked at.
        public bool Has(in ChunkHeader header)
            => header.ChunkIndex < _present.Length && _present[header.ChunkIndex] && Fits(header) && header.ContentRoot == first.ContentRoot
                && header.Slot == first.Slot;

        public bool Fits(in ChunkHeader header)
            => header.LeafIndex - header.ChunkIndex == first.LeafIndex - first.ChunkIndex
                && header.ChunkCount == first.ChunkCount && header.Kind == first.Kind
                && header.StartMilliseconds == first.StartMilliseconds && header.DurationMilliseconds == first.DurationMilliseconds;

        public void Put(in ChunkHeader header, ReadOnlyMemory<byte> payload)
        {
            _payloads[header.ChunkIndex] = payload;
            _present[header.ChunkIndex] = true;
            _missing--;
        }

        public bool TryTake([NotNullWhen(true)] out VerifiedSegment? whole)
        {
            whole = null;
            if (_missing > 0)
                return false;
            whole = new VerifiedSegment(first.SegmentIndex, first.Kind, first.StartMilliseconds, first.DurationMilliseconds, Join(_payloads));
            Array.Clear(_payloads);
            return true;
        }

        private static ReadOnlyMemory<byte> Join(ReadOnlyMemory<byte>[] parts)
        {
            if (parts.Length == 1)
                return parts[0];
            byte[] bytes = new byte[parts.Sum(part => part.Length)];
            int at = 0;
            foreach (ReadOnlyMemory<byte> part in parts)
            {
                part.CopyTo(bytes.AsMemory(at));
                at += part.Length;
            }

            return bytes;
        }
    }
}
