using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text.Json.Serialization;
using Nsn.Protocol.Scale;

namespace Nsn.Protocol.Cryptography;

/// <summary>A hash of 32 bytes: SHA-256 for content and certificates, BLAKE2b-256 for the ledger.</summary>
[InlineArray(Size)]
[JsonConverter(typeof(Hash256JsonConverter))]
public struct Hash256 : IEquatable<Hash256>, IComparable<Hash256>
{
    /// <summary>32 bytes.</summary>
    public const int Size = 32;

    private byte _first;

    /// <summary>Copies the 32 bytes of <paramref name="bytes"/>.</summary>
    /// <exception cref="ArgumentException"><paramref name="bytes"/> has another length.</exception>
    public Hash256(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Size)
            throw new ArgumentException($"needs {Size} bytes, got {bytes.Length}", nameof(bytes));
        bytes.CopyTo(MemoryMarshal.CreateSpan(ref _first, Size));
    }

    /// <summary>True if all bytes are zero.</summary>
    public readonly bool IsZero => !AsSpan().ContainsAnyExcept((byte)0);

    /// <summary>Compares byte by byte.</summary>
    public static bool operator ==(in Hash256 left, in Hash256 right) => left.AsSpan().SequenceEqual(right.AsSpan());

    /// <summary>Compares byte by byte.</summary>
    public static bool operator !=(in Hash256 left, in Hash256 right) => !(left == right);

    /// <summary>Orders as big-endian numbers.</summary>
    public static bool operator <(in Hash256 left, in Hash256 right) => left.CompareTo(right) < 0;

    /// <summary>Orders as big-endian numbers.</summary>
    public static bool operator >(in Hash256 left, in Hash256 right) => left.CompareTo(right) > 0;

    /// <summary>Orders as big-endian numbers.</summary>
    public static bool operator <=(in Hash256 left, in Hash256 right) => left.CompareTo(right) <= 0;

    /// <summary>Orders as big-endian numbers.</summary>
    public static bool operator >=(in Hash256 left, in Hash256 right) => left.CompareTo(right) >= 0;

    /// <summary>Reads 64 hexadecimal digits, with or without 0x in front.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out Hash256 value)
    {
        value = default;
        ReadOnlySpan<char> digits = text.AsSpan();
        if (digits.StartsWith("0x"))
            digits = digits[2..];
        return digits.Length == Size * 2
            && Convert.FromHexString(digits, MemoryMarshal.CreateSpan(ref value._first, Size), out _, out _) == System.Buffers.OperationStatus.Done;
    }

    /// <summary>Reads 64 hexadecimal digits, with or without 0x in front.</summary>
    /// <exception cref="FormatException">The text is something else.</exception>
    public static Hash256 Parse(string text)
        => TryParse(text, out Hash256 value) ? value : throw new FormatException($"expected {Size * 2} hexadecimal digits");

    /// <summary>Reads a fixed array of 32 bytes.</summary>
    public static bool TryRead(ref ScaleReader reader, out Hash256 value)
    {
        value = default;
        if (!reader.TryReadFixed(Size, out ReadOnlySpan<byte> bytes))
            return false;
        value = new Hash256(bytes);
        return true;
    }

    /// <summary>Writes a fixed array of 32 bytes.</summary>
    public static void Write(ScaleWriter writer, Hash256 value) => writer.WriteFixed(value.AsSpan());

    /// <summary>The bytes, not copied.</summary>
    [UnscopedRef]
    public readonly ReadOnlySpan<byte> AsSpan() => MemoryMarshal.CreateReadOnlySpan(in _first, Size);

    /// <summary>The bytes, copied.</summary>
    public readonly byte[] ToArray() => AsSpan().ToArray();

    /// <inheritdoc/>
    public readonly bool Equals(Hash256 other) => this == other;

    /// <inheritdoc/>
    public override readonly bool Equals([NotNullWhen(true)] object? obj) => obj is Hash256 other && this == other;

    /// <inheritdoc/>
    public override readonly int GetHashCode()
    {
        // Not the first bytes only: keys may share them by design (accounts of tests, for one).
        ReadOnlySpan<ulong> words = MemoryMarshal.Cast<byte, ulong>(AsSpan());
        return HashCode.Combine(words[0], words[1], words[2], words[3]);
    }

    /// <inheritdoc/>
    public readonly int CompareTo(Hash256 other) => AsSpan().SequenceCompareTo(other.AsSpan());

    /// <summary>0x and 64 lower-case hexadecimal digits.</summary>
    public override readonly string ToString() => "0x" + Convert.ToHexStringLower(AsSpan());
}
