using System.Buffers.Binary;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using Nsn.Protocol.Cryptography;

namespace Nsn.Protocol.Ledger.State;

/// <summary>Where keys part: up to sixteen children by the next half byte, and a leaf whose key ends right here.</summary>
internal sealed class TrieBranch : TrieNode
{
    public const byte Domain = 1;
    private readonly StorageKey _path;
    private readonly TrieChildren _children;

    public TrieBranch(StorageKey anyKey, int depth, in TrieChildren children, TrieLeaf? terminal)
    {
        Debug.Assert(depth <= anyKey.Length * 2, "A branch has a path within its keys.");
        _path = anyKey;
        Depth = depth;
        _children = children;
        Terminal = terminal;
        Hash = HashOf(anyKey, depth, children, terminal);
    }

    /// <summary>Half bytes that all keys below share.</summary>
    public int Depth { get; }

    /// <summary>By the half byte after the path.</summary>
    public ref readonly TrieChildren Children => ref _children;

    public TrieLeaf? Terminal { get; }

    public override StorageKey AnyKey => _path;

    /// <summary>
    /// H(1 ‖ path length in half bytes, u16 LE ‖ path, an odd last half byte in the high half ‖ which children, u16 LE ‖ terminal leaf hash or 32
    /// zero bytes only when a key ends here ‖ child hashes in order).
    /// </summary>
    [SkipLocalsInit]
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
