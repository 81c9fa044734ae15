using System.Buffers.Binary;
using System.IO.Hashing;

namespace Nsn.Protocol.Cryptography;

/// <summary>
/// The twox hashes of Substrate: xxHash64 with the seeds 0, 1, ... one after another, each little-endian. Fast and not
/// cryptographic: only for names that nobody outside can choose (pallet and storage item names).
/// </summary>
public static class TwoX
{
    /// <summary>twox64: xxHash64 with seed 0.</summary>
    public static ulong Hash64(ReadOnlySpan<byte> input) => XxHash64.HashToUInt64(input);

    /// <summary>twox128 into 16 bytes.</summary>
    public static void Hash128(ReadOnlySpan<byte> input, Span<byte> digest) => Hash(input, digest[..16]);

    /// <summary>twox128 as a new array of 16 bytes.</summary>
    public static byte[] Hash128(ReadOnlySpan<byte> input)
    {
        byte[] digest = new byte[16];
        Hash(input, digest);
        return digest;
    }

    /// <summary>Fills <paramref name="digest"/>, whose length is a multiple of 8: 8 for twox64, 16 for twox128, 32 for twox256.</summary>
    public static void Hash(ReadOnlySpan<byte> input, Span<byte> digest)
    {
        if (digest.Length % 8 != 0)
            throw new ArgumentException("a twox digest is a multiple of 8 bytes", nameof(digest));
        for (int seed = 0; seed * 8 < digest.Length; seed++)
            BinaryPrimitives.WriteUInt64LittleEndian(digest[(seed * 8)..], XxHash64.HashToUInt64(input, seed));
    }
}
