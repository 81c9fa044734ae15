using System.Buffers.Binary;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using Nsn.Protocol.Cryptography;

namespace Nsn.Protocol.Ledger.State;

/// <summary>A node of <see cref="StateTrie"/>: immutable, shared between states, hashed once when it is made.</summary>
internal abstract class TrieNode
{
    /// <summary>BLAKE2b-256 over the node's content; commits to everything below it.</summary>
    public Hash256 Hash { get; protected init; }

    /// <summary>A key that starts with the node's path.</summary>
    public abstract StorageKey AnyKey { get; }

    /// <summary>The half byte at <paramref name="index"/>: even indexes are the high halves.</summary>
    public static int NibbleAt(StorageKey key, int index)
    {
        var pair = key.Span[index >> 1];
        return (index & 1) == 0 ? pair >> 4 : pair & 0x0F;
    }

    /// <summary>How many half bytes two keys share at their start.</summary>
    public static int CommonNibbles(StorageKey left, StorageKey right)
    {
        var bytes = left.Span.CommonPrefixLength(right.Span);
        var nibbles = bytes * 2;
        if (bytes < left.Length && bytes < right.Length && (left.Span[bytes] >> 4) == (right.Span[bytes] >> 4))
        {
            nibbles++;
        }

        return nibbles;
    }
}

/// <summary>One key and its value.</summary>
internal sealed class TrieLeaf : TrieNode
{
    /// <summary>First byte of what is hashed for a leaf; a branch has another, so that neither can pose as the other.</summary>
    public const byte Domain = 0;

    public TrieLeaf(StorageKey key, byte[] value)
    {
        Key = key;
        Value = value;
        Hash = HashOf(key, value);
    }

    public StorageKey Key { get; }

    public byte[] Value { get; }

    public override StorageKey AnyKey => Key;

    /// <summary>H(0 ‖ key length, u32 LE ‖ key ‖ value).</summary>
    [SkipLocalsInit]
    public static Hash256 HashOf(StorageKey key, ReadOnlySpan<byte> value)
    {
        const int OnStackMax = 512;
        Span<byte> buffer = stackalloc byte[OnStackMax];
        buffer[0] = Domain;
        BinaryPrimitives.WriteUInt32LittleEndian(buffer[1..], (uint)key.Length);
        var length = 5 + key.Length + value.Length;
        if (length > OnStackMax)
        {
            return Blake2b.Hash256(buffer[..5], key.Span, value); // A block's events are megabytes: not copied only to be hashed.
        }

        key.Span.CopyTo(buffer[5..]);
        value.CopyTo(buffer[(5 + key.Length)..]);
        return Blake2b.Hash256(buffer[..length]);
    }
}
