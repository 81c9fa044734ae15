using System.Buffers.Binary;
using System.Numerics;

namespace Nsn.WebRtc.Sctp;

/// <summary>The CRC32c of SCTP packets (RFC 9260 appendix A), eight bytes a step with the processor's own instruction where it has one.</summary>
internal static class Crc32C
{
    /// <summary>The checksum of <paramref name="data"/> with four bytes at <paramref name="zeroedAt"/> taken as zero (the checksum field itself).</summary>
    public static uint Compute(ReadOnlySpan<byte> data, int zeroedAt)
    {
        uint crc = Append(uint.MaxValue, data[..zeroedAt]);
        crc = BitOperations.Crc32C(crc, 0u);
        return ~Append(crc, data[(zeroedAt + 4)..]);
    }

    /// <summary>The plain checksum of <paramref name="data"/>.</summary>
    public static uint Compute(ReadOnlySpan<byte> data) => ~Append(uint.MaxValue, data);

    private static uint Append(uint crc, ReadOnlySpan<byte> data)
    {
        while (data.Length >= 8)
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(data));
            data = data[8..];
        }

        foreach (byte value in data)
            crc = BitOperations.Crc32C(crc, value);
        return crc;
    }
}
