using System.Buffers.Binary;
using System.Runtime.Intrinsics;
using System.Security.Cryptography;

namespace Nsn.Protocol.Ledger.State;

/// <summary>
/// The address of one value in the ledger's state: <c>twox128(pallet) ‖ twox128(item) ‖ hasher(key)…</c>, as in Substrate.
/// Compares as bytes, so that sorting keys is the same everywhere.
/// </summary>
public readonly struct StorageKey : IEquatable<StorageKey>, IComparable<StorageKey>
{
    private static readonly ulong s_seed0 = BinaryPrimitives.ReadUInt64LittleEndian(RandomNumberGenerator.GetBytes(8));
    private static readonly ulong s_seed1 = BinaryPrimitives.ReadUInt64LittleEndian(RandomNumberGenerator.GetBytes(8));
    private readonly byte[]? _bytes;

    /// <summary>Takes ownership of <paramref name="bytes"/>, which must not change afterwards.</summary>
    public StorageKey(byte[] bytes) => _bytes = bytes;

    /// <summary>The bytes of the key.</summary>
    public ReadOnlySpan<byte> Span => _bytes;

    /// <summary>Bytes in the key.</summary>
    public int Length => _bytes?.Length ?? 0;

    internal byte[] Bytes => _bytes ?? [];

    /// <summary>Equality of all bytes.</summary>
    public static bool operator ==(StorageKey left, StorageKey right) => left.Equals(right);

    /// <summary>Inequality.</summary>
    public static bool operator !=(StorageKey left, StorageKey right) => !left.Equals(right);

    /// <summary>Byte order.</summary>
    public static bool operator <(StorageKey left, StorageKey right) => left.CompareTo(right) < 0;

    /// <summary>Byte order.</summary>
    public static bool operator >(StorageKey left, StorageKey right) => left.CompareTo(right) > 0;

    /// <summary>Byte order.</summary>
    public static bool operator <=(StorageKey left, StorageKey right) => left.CompareTo(right) <= 0;

    /// <summary>Byte order.</summary>
    public static bool operator >=(StorageKey left, StorageKey right) => left.CompareTo(right) >= 0;

    /// <summary>Whether this key begins with <paramref name="prefix"/>.</summary>
    public bool StartsWith(ReadOnlySpan<byte> prefix) => Span.StartsWith(prefix);

    /// <inheritdoc/>
    public bool Equals(StorageKey other) => Span.SequenceEqual(other.Span);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is StorageKey other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        // Multiply and fold, sixteen bytes at a time; seeded per process, so that nobody can prepare keys that collide.
        var bytes = Span;
        var state = s_seed0 ^ (ulong)bytes.Length;
        while (bytes.Length >= 16)
        {
            state = Fold(BinaryPrimitives.ReadUInt64LittleEndian(bytes) ^ state, BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]) ^ s_seed1);
            bytes = bytes[16..];
        }

        if (!bytes.IsEmpty)
        {
            Span<byte> last = stackalloc byte[16];
            last.Clear();
            bytes.CopyTo(last);
            state = Fold(BinaryPrimitives.ReadUInt64LittleEndian(last) ^ state, BinaryPrimitives.ReadUInt64LittleEndian(last[8..]) ^ s_seed1);
        }

        return (int)(state ^ (state >> 32));
    }

    /// <summary>The order of <see cref="CompareTo"/>, quickest for two keys of the same item: those differ in the hash that follows the item's 32 bytes.</summary>
    internal static int CompareInItem(StorageKey left, StorageKey right)
    {
        const int ItemBytes = 32;
        var a = left.Span;
        var b = right.Span;
        if (a.Length >= ItemBytes + 8 && b.Length >= ItemBytes + 8 && Vector256.Create(a) == Vector256.Create(b))
        {
            var (x, y) = (BinaryPrimitives.ReadUInt64BigEndian(a[ItemBytes..]), BinaryPrimitives.ReadUInt64BigEndian(b[ItemBytes..]));
            if (x != y)
            {
                return x < y ? -1 : 1;
            }
        }

        return a.SequenceCompareTo(b);
    }

    /// <inheritdoc/>
    public int CompareTo(StorageKey other) => Span.SequenceCompareTo(other.Span);

    /// <summary>Lower-case hexadecimal with 0x.</summary>
    public override string ToString() => "0x" + Convert.ToHexStringLower(Span);

    private static ulong Fold(ulong left, ulong right)
    {
        var high = Math.BigMul(left, right, out var low);
        return high ^ low;
    }
}
