using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Nsn.Vortex;

/// <summary>
/// A stream of numbers from a <see cref="ClipSeed"/> that is the same on every machine and version: SHA-256 of the seed and a counter, read
/// as 64-bit words.
/// </summary>
public sealed class SeededRandom
{
    private const int BlockLength = 32;

    private readonly byte[] _input = new byte[ClipSeed.Length + 8];
    private readonly byte[] _block = new byte[BlockLength];
    private ulong _counter;
    private int _position = BlockLength;
    private double? _spareNormal;

    /// <summary>Starts the stream.</summary>
    public SeededRandom(ClipSeed seed) => seed.CopyTo(_input);

    /// <summary>64 random bits.</summary>
    public ulong NextUInt64()
    {
        if (_position == BlockLength)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(_input.AsSpan(ClipSeed.Length), _counter++);
            SHA256.HashData(_input, _block);
            _position = 0;
        }

        var value = BinaryPrimitives.ReadUInt64LittleEndian(_block.AsSpan(_position));
        _position += 8;
        return value;
    }

    /// <summary>Evenly distributed in [0, 1).</summary>
    public double NextDouble() => (NextUInt64() >> 11) * (1.0 / (1UL << 53));

    /// <summary>Evenly distributed in [0, <paramref name="count"/>), without bias.</summary>
    public int Next(int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        var limit = ulong.MaxValue - (ulong.MaxValue % (ulong)count);
        ulong value;
        do
        {
            value = NextUInt64();
        }
        while (value >= limit);
        return (int)(value % (ulong)count);
    }

    /// <summary>Standard normal, by Box and Muller.</summary>
    public double NextNormal()
    {
        if (_spareNormal is { } spare)
        {
            _spareNormal = null;
            return spare;
        }

        var radius = Math.Sqrt(-2 * Math.Log(1 - NextDouble()));
        var angle = 2 * Math.PI * NextDouble();
        _spareNormal = radius * Math.Sin(angle);
        return radius * Math.Cos(angle);
    }
}
