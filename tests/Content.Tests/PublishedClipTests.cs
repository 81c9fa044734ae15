using System.Security.Cryptography;
using Nsn.Protocol.Chunks;

namespace Nsn.Content.Tests;

public class PublishedClipTests
{
    private readonly MemoryContentStore _store = new();

    private async Task<(byte[] Root, List<byte[]> Headers, List<byte[]> Segments)> PublishAsync(int segments = 3, int bytes = 300_000)
    {
        var builder = new ClipBuilder();
        var random = new Random(4);
        var made = new List<byte[]>();
        for (var index = 0; index < segments; index++)
        {
            var segment = new byte[bytes];
            random.NextBytes(segment);
            made.Add(segment);
            builder.AddSegment(segment, (uint)index * 1000, 1000);
        }

        var clip = builder.Build(7);
        var headers = new List<byte[]>();
        foreach (var chunk in clip.Chunks)
        {
            await _store.PutAsync(chunk.Payload, TestContext.Current.CancellationToken);
            var header = new byte[ChunkHeader.Size];
            chunk.Header.Write(header);
            headers.Add(header);
        }

        return (clip.ContentRoot.ToArray(), headers, made);
    }

    private Task<IReadOnlyList<VerifiedSegment>> ReadAsync(byte[] root, List<byte[]> headers) =>
        new PublishedClip(_store).ReadAsync(7, headers, root, TestContext.Current.CancellationToken);

    [Fact]
    public async Task What_was_published_comes_back_segment_by_segment()
    {
        var (root, headers, segments) = await PublishAsync();
        Assert.Equal(6, headers.Count);
        var read = await ReadAsync(root, headers);
        Assert.Equal(3, read.Count);
        Assert.All(read, segment => Assert.Equal(segments[(int)segment.Index], segment.Bytes.ToArray()));
    }

    [Fact]
    public async Task One_flipped_bit_in_the_store_is_noticed()
    {
        var (root, headers, segments) = await PublishAsync(bytes: 1000);
        _store.Corrupt(SHA256.HashData(segments[1]), 17);
        var refused = await Assert.ThrowsAsync<InvalidDataException>(() => ReadAsync(root, headers));
        Assert.Contains("Chunk 1", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_root_missing_and_swapped_headers_are_refused()
    {
        var (root, headers, _) = await PublishAsync();
        await Assert.ThrowsAsync<InvalidDataException>(() => ReadAsync(SHA256.HashData(root), headers));
        await Assert.ThrowsAsync<InvalidDataException>(() => ReadAsync(root, headers[..^1]));
        await Assert.ThrowsAsync<InvalidDataException>(() => ReadAsync(root, [headers[1], headers[0], .. headers[2..]]));
        await Assert.ThrowsAsync<InvalidDataException>(() => ReadAsync(root, []));
        await Assert.ThrowsAsync<InvalidDataException>(() => ReadAsync(root, [new byte[3]]));
    }
}
