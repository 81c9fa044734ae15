using Nsn.Protocol.Cryptography;
using Nsn.Protocol.Merkle;

namespace Nsn.Protocol.Chunks;

/// <summary>
/// Cuts segments into chunks while they are made, hashes each at once, and builds the tree at the end. Not safe for use by several threads.
/// </summary>
public sealed class ClipBuilder
{
    private readonly int _payloadBytesMax;
    private readonly List<(ChunkHeader Header, ReadOnlyMemory<byte> Payload)> _pieces = [];
    private readonly List<Hash256> _leaves = [];
    private uint _segments;

    /// <summary>Starts a clip.</summary>
    /// <param name="payloadBytesMax">Where segments are cut, in bytes; at most <see cref="ChunkLimits.PayloadBytesMax"/>.</param>
    public ClipBuilder(int payloadBytesMax = ChunkLimits.PayloadBytesMax)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(payloadBytesMax, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(payloadBytesMax, ChunkLimits.PayloadBytesMax);
        _payloadBytesMax = payloadBytesMax;
    }

    /// <summary>The number of segments added so far.</summary>
    public int SegmentCount => (int)_segments;

    /// <summary>Adds the next segment. Its bytes are not copied: they must not change any more.</summary>
    /// <param name="bytes">The segment, 1 byte to 16 MiB.</param>
    /// <param name="startMilliseconds">When it starts, after the start of the clip.</param>
    /// <param name="durationMilliseconds">How long it lasts.</param>
    /// <param name="kind">What it is.</param>
    /// <exception cref="ArgumentException">The segment breaks a bound of <see cref="ChunkLimits"/>.</exception>
    public void AddSegment(ReadOnlyMemory<byte> bytes, uint startMilliseconds, uint durationMilliseconds, ChunkKind kind = ChunkKind.WebmVp8Opus)
    {
        long chunks = ((long)bytes.Length + _payloadBytesMax - 1) / _payloadBytesMax;
        if (chunks is 0 or > ChunkLimits.ChunksPerSegmentMax || _segments >= ChunkLimits.SegmentsMax || _pieces.Count + chunks > ChunkLimits.LeavesMax)
            throw new ArgumentException($"segment {_segments} of {bytes.Length} bytes does not fit the limits of a clip", nameof(bytes));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(startMilliseconds, ChunkLimits.MillisecondsMax);
        ArgumentOutOfRangeException.ThrowIfZero(durationMilliseconds);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(durationMilliseconds, ChunkLimits.MillisecondsMax);
        for (int i = 0; i < chunks; i++)
        {
            int offset = i * _payloadBytesMax;
            ReadOnlyMemory<byte> payload = bytes.Slice(offset, Math.Min(_payloadBytesMax, bytes.Length - offset));
            ChunkHeader header = new()
            {
                Slot = 0,
                ContentRoot = default,
                LeafCount = 0,
                LeafIndex = (uint)_pieces.Count,
                Kind = kind,
                SegmentIndex = _segments,
                ChunkIndex = (uint)i,
                ChunkCount = (uint)chunks,
                StartMilliseconds = startMilliseconds,
                DurationMilliseconds = durationMilliseconds,
                PayloadLength = (uint)payload.Length,
                PayloadHash = Sha2.Hash256(payload.Span),
            };
            _pieces.Add((header, payload));
            _leaves.Add(header.LeafHash());
        }

        _segments++;
    }

    /// <summary>Builds the tree over what was added.</summary>
    /// <param name="slot">The slot that the clip was made for; it is in the headers, not in the tree.</param>
    /// <exception cref="InvalidOperationException">Nothing was added.</exception>
    public Clip Build(ulong slot)
    {
        if (_leaves.Count == 0)
            throw new InvalidOperationException("a clip has at least one segment: call AddSegment first");
        return new Clip(slot, MerkleTree.Build(_leaves.ToArray()), [.. _pieces]);
    }
}
