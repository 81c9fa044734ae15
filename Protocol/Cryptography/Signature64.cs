using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text.Json.Serialization;
using Nsn.Protocol.Scale;

namespace Nsn.Protocol.Cryptography;

/// <summary>An Ed25519 signature: R, then S (RFC 8032).</summary>
[InlineArray(Size)]
[JsonConverter(typeof(Signature64JsonConverter))]
public struct Signature64 : IEquatable<Signature64>, IComparable<Signature64>
{
    /// <summary>64 bytes.</summary>
    public const int Size = 64;

    private byte _first;

    /// <summary>Copies the 64 bytes of <paramref name="bytes"/>.</summary>
    /// <exception cref="ArgumentException"><paramref name="bytes"/> has another length.</exception>
    public Signature64(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Size)
            throw new ArgumentException($"needs {Size} bytes, got {bytes.Length}", nameof(bytes));
        bytes.CopyTo(MemoryMarshal.CreateSpan(ref _first, Size));
    }

    /// <summary>True if all bytes are zero.</summary>
    public readonly bool IsZero => !AsSpan().ContainsAnyExcept((byte)0);

    /// <summary>Compares byte by byte.</summary>
    public static bool operator ==(in Signature64 left, in Signature64 right) => left.AsSpan().SequenceEqual(right.AsSpan());

    /// <summary>Compares byte by byte.</summary>
    public static bool operator !=(in Signature64 left, in Signature64 right) => !(left == right);

    /// <summary>Orders as big-endian numbers.</summary>
    public static bool operator <(in Signature64 left, in Signature64 right) => left.CompareTo(right) < 0;

    /// <summary>Orders as big-endian numbers.</summary>
    public static bool operator >(in Signature64 left, in Signature64 right) => left.CompareTo(right) > 0;

    /// <summary>Orders as big-endian numbers.</summary>
    public static bool operator <=(in Signature64 left, in Signature64 right) => left.CompareTo(right) <= 0;

    /// <summary>Orders as big-endian numbers.</summary>
    public static bool operator >=(in Signature64 left, in Signature64 right) => left.CompareTo(right) >= 0;

    /// <summary>Reads 128 hexadecimal digits, with or without 0x in front.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out Signature64 value)
    {
        value = default;
        ReadOnlySpan<char> digits = text.AsSpan();
        if (digits.StartsWith("0x"))
            digits = digits[2..];
        return digits.Length == Size * 2
            && Convert.FromHexString(digits, MemoryMarshal.CreateSpan(ref value._first, Size), out _, out _) == System.Buffers.OperationStatus.Done;
    }

    /// <summary>Reads 128 hexadecimal digits, with or without 0x in front.</summary>
    /// <exception cref="FormatException">The text is something else.</exception>
    public static Signature64 Parse(string text)
        => TryParse(text, out Signature64 value) ? value : throw new FormatException($"expected {Size * 2} hexadecimal digits");

    /// <summary>Reads a fixed array of 64 bytes.</summary>
    public static bool TryRead(ref ScaleReader reader, out Signature64 value)
    {
        value = default;
        if (!reader.TryReadFixed(Size, out ReadOnlySpan<byte> bytes))
            return false;
        value = new Signature64(bytes);
        return true;
    }

    /// <summary>Writes a fixed array of 64 bytes.</summary>
    public static void Write(ScaleWriter writer, Signature64 value) => writer.WriteFixed(value.AsSpan());

    /// <summary>The bytes, not copied.</summary>
    [UnscopedRef]
    public readonly ReadOnlySpan<byte> AsSpan() => MemoryMarshal.CreateReadOnlySpan(in _first, Size);

    /// <summary>The bytes, copied.</summary>
    public readonly byte[] ToArray() => AsSpan().ToArray();

    /// <inheritdoc/>
    public readonly bool Equals(Signature64 other) => this == other;

    /// <inheritdoc/>
    public override readonly bool Equals([NotNullWhen(true)] object? obj) => obj is Signature64 other && this == other;

    /// <inheritdoc/>
    public override readonly int GetHashCode()
    {
        // Not the first bytes only: keys may share them by design (accounts of tests, for one).
        ReadOnlySpan<ulong> words = MemoryMarshal.Cast<byte, ulong>(AsSpan());
        return HashCode.Combine(words[0], words[1], words[2], words[3]);
    }

    /// <inheritdoc/>
    public readonly int CompareTo(Signature64 other) => AsSpan().SequenceCompareTo(other.AsSpan());

    /// <summary>0x and 128 lower-case hexadecimal digits.</summary>
    public override readonly string ToString() => "0x" + Convert.ToHexStringLower(AsSpan());
}
