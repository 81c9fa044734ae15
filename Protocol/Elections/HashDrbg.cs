using System.Buffers.Binary;
using Nsn.Protocol.Cryptography;

namespace Nsn.Protocol.Elections;

/// <summary>
/// Numbers from a seed that nobody can steer: block i of the stream is BLAKE2b-512(seed ‖ i, u64 LE). Bounded draws reject what would favour some
/// results instead of taking a remainder.
/// </summary>
public sealed class HashDrbg
{
    private readonly byte[] _input = new byte[40];
    private readonly byte[] _block = new byte[64];
    private ulong _next;
    private int _used = 64;

    /// <summary>Starts the stream of a seed.</summary>
    public HashDrbg(Hash256 seed) => seed.AsSpan().CopyTo(_input);

    /// <summary>The next byte.</summary>
    public byte NextByte()
    {
        if (_used == _block.Length)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(_input.AsSpan(32), _next++);
            Blake2b.Hash(_input, _block);
            _used = 0;
        }

        return _block[_used++];
    }

    /// <summary>The next 16 bytes as a little-endian number.</summary>
    public UInt128 NextUInt128()
    {
        UInt128 value = 0;
        for (var i = 0; i < 16; i++)
        {
            value |= (UInt128)NextByte() << (8 * i);
        }

        return value;
    }

    /// <summary>A number from 0 to <paramref name="bound"/> − 1, each equally likely: takes 16 bytes, keeps as many low bits as the bound needs, and repeats while they are too large.</summary>
    public UInt128 NextBelow(UInt128 bound)
    {
        if (bound == 0)
        {
            throw new ArgumentOutOfRangeException(nameof(bound), "There is no number below zero.");
        }

        var mask = UInt128.MaxValue >> (int)UInt128.LeadingZeroCount(bound);
        while (true)
        {
            var value = NextUInt128() & mask;
            if (value < bound)
            {
                return value;
            }
        }
    }

    /// <summary>A byte from 0 to <paramref name="bound"/> − 1, each equally likely.</summary>
    public byte NextByteBelow(byte bound)
    {
        var limit = 256 / bound * bound;
        while (true)
        {
            var value = NextByte();
            if (value < limit)
            {
                return (byte)(value % bound);
            }
        }
    }
}
