using Nsn.Protocol.Chunks;
using Nsn.Protocol.Scale;

namespace Nsn.Content;

/// <summary>
/// A clip in the content store, fetched by its chunk headers and believed only if the bytes lead to the content root that the reader asked for.
/// Directors and gateways read clips this way.
/// </summary>
public sealed class PublishedClip(IContentStore store)
{
    // A clip of 60 s at the encoder's bit-rate cap stays far below this; headers that name more are not a clip of ours.
    private const long BytesMax = 64L << 20;
    private const int FetchesAtOnce = 4;

    /// <summary>The segments in order.</summary>
    /// <param name="slot">The slot that the clip was made for.</param>
    /// <param name="headers">The encoded chunk headers in leaf order.</param>
    /// <param name="contentRoot">The root that the bytes must lead to, 32 bytes.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="InvalidDataException">Something is missing, has another hash, or does not lead to the root.</exception>
    /// <exception cref="ContentStoreException">The store does not answer; worth another try.</exception>
    public async Task<IReadOnlyList<VerifiedSegment>> ReadAsync(
        ulong slot, IReadOnlyList<byte[]> headers, ReadOnlyMemory<byte> contentRoot, CancellationToken cancellationToken = default)
    {
        var chunks = Decode(slot, headers);
        var payloads = new byte[chunks.Length][];
        await Parallel.ForAsync(
            0,
            chunks.Length,
            new ParallelOptions { MaxDegreeOfParallelism = FetchesAtOnce, CancellationToken = cancellationToken },
            async (index, cancellation) => payloads[index] =
                await store.GetAsync(chunks[index].PayloadHash.ToArray(), ChunkLimits.PayloadBytesMax, cancellation)
                ?? throw new InvalidDataException($"Chunk {index} of slot {slot} is not in the content store, or has another hash."));

        var builder = new ClipBuilder();
        var segments = new List<VerifiedSegment>();
        for (var index = 0; index < chunks.Length;)
        {
            var first = chunks[index];
            var count = (int)Math.Min(first.ChunkCount, (uint)(chunks.Length - index));
            ReadOnlyMemory<byte> bytes = count == 1 ? payloads[index] : payloads[index..(index + count)].SelectMany(payload => payload).ToArray();
            builder.AddSegment(bytes, first.StartMilliseconds, first.DurationMilliseconds, first.Kind);
            segments.Add(new VerifiedSegment((uint)segments.Count, first.Kind, first.StartMilliseconds, first.DurationMilliseconds, bytes));
            index += count;
        }

        return builder.Build(slot).ContentRoot.AsSpan().SequenceEqual(contentRoot.Span)
            ? segments
            : throw new InvalidDataException($"The published bytes of slot {slot} do not lead to the content root.");
    }

    private static ChunkHeader[] Decode(ulong slot, IReadOnlyList<byte[]> headers)
    {
        if (headers.Count is 0 or > (int)ChunkLimits.LeavesMax)
            throw new InvalidDataException($"Slot {slot} has {headers.Count} chunks.");
        var chunks = new ChunkHeader[headers.Count];
        long total = 0;
        for (var index = 0; index < chunks.Length; index++)
        {
            var reader = new ScaleReader(headers[index]);
            if (!ChunkHeader.TryRead(ref reader, out chunks[index], out var error) || chunks[index].LeafIndex != index)
                throw new InvalidDataException($"Chunk header {index} of slot {slot} is refused: {error}.");
            total += chunks[index].PayloadLength;
        }

        return total <= BytesMax ? chunks : throw new InvalidDataException($"Slot {slot} names {total} bytes; a clip has at most {BytesMax}.");
    }
}
