using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Nsn.Vortex;

/// <summary>The 32 bytes that fix everything a prompt leaves open. For a slot it is H(epoch randomness, slot); people give a number.</summary>
public readonly struct ClipSeed : IEquatable<ClipSeed>
{
    /// <summary>Length of a seed in bytes.</summary>
    public const int Length = 32;

    private readonly UInt128 _high;
    private readonly UInt128 _low;

    private ClipSeed(UInt128 high, UInt128 low)
    {
        _high = high;
        _low = low;
    }

    /// <summary>A seed from the 32 bytes of a slot's randomness.</summary>
    /// <exception cref="ArgumentException">The length is not 32.</exception>
    public static ClipSeed FromBytes(ReadOnlySpan<byte> bytes) => bytes.Length == Length
        ? new(BinaryPrimitives.ReadUInt128BigEndian(bytes), BinaryPrimitives.ReadUInt128BigEndian(bytes[16..]))
        : throw new ArgumentException($"A seed has {Length} bytes, not {bytes.Length}.", nameof(bytes));

    /// <summary>A seed from a number that a person typed: SHA-256 of a domain tag and the number, little endian.</summary>
    public static ClipSeed FromNumber(ulong number)
    {
        Span<byte> input = stackalloc byte[16];
        "nsn:seed"u8.CopyTo(input);
        BinaryPrimitives.WriteUInt64LittleEndian(input[8..], number);
        Span<byte> hash = stackalloc byte[Length];
        SHA256.HashData(input, hash);
        return FromBytes(hash);
    }

    /// <summary>Writes the 32 bytes.</summary>
    public void CopyTo(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt128BigEndian(destination, _high);
        BinaryPrimitives.WriteUInt128BigEndian(destination[16..], _low);
    }

    /// <summary>The 32 bytes.</summary>
    public byte[] ToArray()
    {
        var bytes = new byte[Length];
        CopyTo(bytes);
        return bytes;
    }

    /// <summary>An independent seed for one purpose (noise of the prior, blinks, music), so that no purpose shifts the numbers of another.</summary>
    public ClipSeed Derive(string purpose)
    {
        var name = System.Text.Encoding.UTF8.GetBytes(purpose);
        var input = new byte[Length + name.Length];
        CopyTo(input);
        name.CopyTo(input, Length);
        return FromBytes(SHA256.HashData(input));
    }

    /// <inheritdoc/>
    public bool Equals(ClipSeed other) => _high == other._high && _low == other._low;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is ClipSeed other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_high, _low);

    /// <summary>Lower-case hexadecimal.</summary>
    public override string ToString() => Convert.ToHexStringLower(ToArray());

    /// <summary>Equality of all 32 bytes.</summary>
    public static bool operator ==(ClipSeed left, ClipSeed right) => left.Equals(right);

    /// <summary>Inequality.</summary>
    public static bool operator !=(ClipSeed left, ClipSeed right) => !left.Equals(right);
}
