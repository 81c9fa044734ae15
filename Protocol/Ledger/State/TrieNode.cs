using System.Buffers.Binary;
using System.Diagnostics;
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
    public static Hash256 HashOf(StorageKey key, ReadOnlySpan<byte> value)
    {
        var length = 5 + key.Length + value.Length;
        var buffer = length <= 512 ? stackalloc byte[length] : new byte[length];
        buffer[0] = Domain;
        BinaryPrimitives.WriteUInt32LittleEndian(buffer[1..], (uint)key.Length);
        key.Span.CopyTo(buffer[5..]);
        value.CopyTo(buffer[(5 + key.Length)..]);
        return Blake2b.Hash256(buffer);
    }
}

/// <summary>Where keys part: up to sixteen children by the next half byte, and a leaf whose key ends right here.</summary>
internal sealed class TrieBranch : TrieNode
{
    public const byte Domain = 1;
    private readonly StorageKey _path;

    public TrieBranch(StorageKey anyKey, int depth, TrieNode?[] children, TrieLeaf? terminal)
    {
        Debug.Assert(children.Length == 16 && depth <= anyKey.Length * 2, "A branch has 16 places and a path within its keys.");
        _path = anyKey;
        Depth = depth;
        Children = children;
        Terminal = terminal;
        Hash = HashOf(anyKey, depth, children, terminal);
    }

    /// <summary>Half bytes that all keys below share.</summary>
    public int Depth { get; }

    public TrieNode?[] Children { get; }

    public TrieLeaf? Terminal { get; }

    public override StorageKey AnyKey => _path;

    /// <summary>
    /// H(1 ‖ path length in half bytes, u16 LE ‖ path, an odd last half byte in the high half ‖ which children, u16 LE ‖ terminal leaf hash or 32
    /// zero bytes only when a key ends here ‖ child hashes in order).
    /// </summary>
    public static Hash256 HashOf(StorageKey path, int depth, ReadOnlySpan<TrieNode?> children, TrieLeaf? terminal)
    {
        Span<byte> buffer = stackalloc byte[3 + ((depth + 1) / 2) + 3 + (17 * Hash256.Size)];
        var length = WriteHeader(buffer, path, depth);
        ushort bitmap = 0;
        for (var i = 0; i < children.Length; i++)
        {
            bitmap |= children[i] is null ? (ushort)0 : (ushort)(1 << i);
        }

        BinaryPrimitives.WriteUInt16LittleEndian(buffer[length..], bitmap);
        buffer[length + 2] = terminal is null ? (byte)0 : (byte)1;
        length += 3;
        if (terminal is not null)
        {
            terminal.Hash.AsSpan().CopyTo(buffer[length..]);
            length += Hash256.Size;
        }

        foreach (var child in children)
        {
            if (child is not null)
            {
                child.Hash.AsSpan().CopyTo(buffer[length..]);
                length += Hash256.Size;
            }
        }

        return Blake2b.Hash256(buffer[..length]);
    }

    private static int WriteHeader(Span<byte> buffer, StorageKey path, int depth)
    {
        buffer[0] = Domain;
        BinaryPrimitives.WriteUInt16LittleEndian(buffer[1..], (ushort)depth);
        var bytes = (depth + 1) / 2;
        path.Span[..bytes].CopyTo(buffer[3..]);
        if ((depth & 1) != 0)
        {
            buffer[2 + bytes] &= 0xF0;
        }

        return 3 + bytes;
    }
}
