using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace Nsn.Content;

/// <summary>Keeps content in this process. For tests and tools; it is gone with the process.</summary>
public sealed class MemoryContentStore : IContentStore
{
    private readonly ConcurrentDictionary<string, byte[]> _items = new();

    /// <summary>Number of things stored.</summary>
    public int Count => _items.Count;

    /// <inheritdoc/>
    public Task<byte[]> PutAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken = default)
    {
        var hash = SHA256.HashData(bytes.Span);
        _items.TryAdd(Convert.ToHexStringLower(hash), bytes.ToArray());
        return Task.FromResult(hash);
    }

    /// <inheritdoc/>
    public Task<byte[]?> GetAsync(ReadOnlyMemory<byte> sha256, int lengthMax, CancellationToken cancellationToken = default)
    {
        _items.TryGetValue(Convert.ToHexStringLower(sha256.Span), out var bytes);
        return Task.FromResult(
            bytes is not null && bytes.Length <= lengthMax && SHA256.HashData(bytes).AsSpan().SequenceEqual(sha256.Span) ? bytes : null);
    }

    /// <inheritdoc/>
    public Task<bool> PingAsync(CancellationToken cancellationToken = default) => Task.FromResult(true);

    /// <summary>Changes one bit of what is stored under a hash, as a failing or hostile store would.</summary>
    public void Corrupt(ReadOnlySpan<byte> sha256, int position)
    {
        var key = Convert.ToHexStringLower(sha256);
        var bytes = (byte[])_items[key].Clone();
        bytes[position] ^= 1;
        _items[key] = bytes;
    }
}
