using Nsn.Gateway.Frames;
using Nsn.Protocol.Chunks;

namespace Nsn.Gateway.Channels;

/// <summary>The bytes of a slot, ready to be sent: chunk frames, and where segments begin among them.</summary>
internal sealed class SlotContent
{
    private SlotContent(byte[][] chunkFrames, SegmentPlace[] segments, byte[] contentRoot)
    {
        ChunkFrames = chunkFrames;
        Segments = segments;
        ContentRoot = contentRoot;
    }

    /// <summary>A frame per chunk, in leaf order.</summary>
    public IReadOnlyList<byte[]> ChunkFrames { get; }

    /// <summary>The segments in order.</summary>
    public IReadOnlyList<SegmentPlace> Segments { get; }

    /// <summary>Root of the tree over the chunks.</summary>
    public byte[] ContentRoot { get; }

    /// <summary>Length of the clip.</summary>
    public TimeSpan Duration => TimeSpan.FromMilliseconds(Segments.Sum(segment => (double)segment.DurationMilliseconds));

    /// <summary>Cuts segments for a slot, exactly as a director does.</summary>
    public static SlotContent FromSegments(ulong slot, IReadOnlyList<VerifiedSegment> segments)
    {
        var builder = new ClipBuilder();
        foreach (var segment in segments)
            builder.AddSegment(segment.Bytes, segment.StartMilliseconds, segment.DurationMilliseconds, segment.Kind);
        var clip = builder.Build(slot);
        var frames = new byte[clip.ChunkCount][];
        var places = new List<SegmentPlace>(segments.Count);
        foreach (var chunk in clip.Chunks)
        {
            frames[chunk.Header.LeafIndex] = Frame.Of(FrameType.Chunk, chunk.Encode());
            if (chunk.Header.ChunkIndex == 0)
            {
                var segment = segments[(int)chunk.Header.SegmentIndex];
                places.Add(new((int)chunk.Header.LeafIndex, segment.StartMilliseconds, segment.DurationMilliseconds, segment.Kind, segment.Bytes));
            }
        }

        return new SlotContent(frames, [.. places], clip.ContentRoot.ToArray());
    }

    /// <summary>The chunk body (docs/player-protocol.md section 3) of a leaf, or null when there is no such leaf.</summary>
    public ReadOnlyMemory<byte>? ChunkBody(int leaf) =>
        leaf >= 0 && leaf < ChunkFrames.Count ? ChunkFrames[leaf].AsMemory(Frame.HeaderLength) : null;

    /// <summary>The leaf that begins the segment on air at a time within the clip; the first leaf before the start.</summary>
    public int LeafAt(TimeSpan time) =>
        (Segments.LastOrDefault(segment => segment.StartMilliseconds <= time.TotalMilliseconds) ?? Segments[0]).FirstLeaf;
}
