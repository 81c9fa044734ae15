using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Nsn.Protocol.Cryptography;

/// <summary>
/// BLAKE2b without a key (RFC 7693), digests of 1 to 64 bytes. The ledger names its storage keys with it and hashes its blocks and extrinsics.
/// </summary>
public static class Blake2b
{
    private const int BlockBytes = 128;

    private static ReadOnlySpan<ulong> Iv =>
    [
        0x6a09e667f3bcc908, 0xbb67ae8584caa73b, 0x3c6ef372fe94f82b, 0xa54ff53a5f1d36f1,
        0x510e527fade682d1, 0x9b05688c2b3e6c1f, 0x1f83d9abfb41bd6b, 0x5be0cd19137e2179,
    ];

    // Rounds 10 and 11 use rows 0 and 1 again.
    private static ReadOnlySpan<byte> Sigma =>
    [
        0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
        14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3,
        11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4,
        7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8,
        9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13,
        2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9,
        12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11,
        13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10,
        6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5,
        10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0,
        0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
        14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3,
    ];

    /// <summary>The digest of 32 bytes: blake2_256 of Substrate.</summary>
    public static Hash256 Hash256(ReadOnlySpan<byte> input)
    {
        Span<byte> digest = stackalloc byte[32];
        Hash(input, digest);
        return new Hash256(digest);
    }

    /// <summary>The digest of 16 bytes (blake2_128 of Substrate), little-endian in the result, so that its bytes in memory are the digest.</summary>
    public static UInt128 Hash128(ReadOnlySpan<byte> input)
    {
        Span<byte> digest = stackalloc byte[16];
        Hash(input, digest);
        return BinaryPrimitives.ReadUInt128LittleEndian(digest);
    }

    /// <summary>The digest of 32 bytes over three pieces one after another, which are not brought together for it.</summary>
    [SkipLocalsInit]
    internal static Hash256 Hash256(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, ReadOnlySpan<byte> third)
    {
        Span<ulong> h = stackalloc ulong[8];
        Span<byte> block = stackalloc byte[BlockBytes];
        Span<byte> digest = stackalloc byte[32];
        Begin(h, digest.Length);
        int held = 0;
        ulong counted = 0;
        Take(first, h, block, ref held, ref counted);
        Take(second, h, block, ref held, ref counted);
        Take(third, h, block, ref held, ref counted);
        Finish(h, block[..held], counted, digest);
        return new Hash256(digest);
    }

    /// <summary>Writes the digest of <paramref name="input"/>; its length (1 to 64 bytes) is the length of <paramref name="digest"/>.</summary>
    [SkipLocalsInit]
    public static void Hash(ReadOnlySpan<byte> input, Span<byte> digest)
    {
        if (digest.Length is 0 or > 64)
            throw new ArgumentException("a BLAKE2b digest has 1 to 64 bytes", nameof(digest));
        Span<ulong> h = stackalloc ulong[8];
        Begin(h, digest.Length);
        ulong counted = 0;
        while (input.Length > BlockBytes)
        {
            counted += BlockBytes;
            Compress(h, input[..BlockBytes], counted, last: false);
            input = input[BlockBytes..];
        }

        Finish(h, input, counted, digest);
    }

    private static void Begin(Span<ulong> h, int digestBytes)
    {
        Iv.CopyTo(h);
        h[0] ^= 0x01010000 ^ (uint)digestBytes;
    }

    // A full block waits in the buffer until more comes: the last one is compressed differently.
    private static void Take(ReadOnlySpan<byte> input, Span<ulong> h, Span<byte> block, ref int held, ref ulong counted)
    {
        while (input.Length > BlockBytes - held)
        {
            int missing = BlockBytes - held;
            counted += BlockBytes;
            if (held == 0)
            {
                Compress(h, input[..BlockBytes], counted, last: false);
            }
            else
            {
                input[..missing].CopyTo(block[held..]);
                Compress(h, block, counted, last: false);
            }

            input = input[missing..];
            held = 0;
        }

        input.CopyTo(block[held..]);
        held += input.Length;
    }

    [SkipLocalsInit]
    private static void Finish(Span<ulong> h, ReadOnlySpan<byte> rest, ulong counted, Span<byte> digest)
    {
        Span<byte> padded = stackalloc byte[BlockBytes];
        rest.CopyTo(padded);
        padded[rest.Length..].Clear();
        Compress(h, padded, counted + (uint)rest.Length, last: true);
        if (!BitConverter.IsLittleEndian)
            BinaryPrimitives.ReverseEndianness(h, h);
        MemoryMarshal.AsBytes(h)[..digest.Length].CopyTo(digest);
    }

    private static void Compress(Span<ulong> h, ReadOnlySpan<byte> block, ulong counted, bool last)
    {
        Span<ulong> m = stackalloc ulong[16];
        block.CopyTo(MemoryMarshal.AsBytes(m));
        if (!BitConverter.IsLittleEndian)
            BinaryPrimitives.ReverseEndianness(m, m);

        ulong v0 = h[0], v1 = h[1], v2 = h[2], v3 = h[3], v4 = h[4], v5 = h[5], v6 = h[6], v7 = h[7];
        ulong v8 = Iv[0], v9 = Iv[1], v10 = Iv[2], v11 = Iv[3], v12 = Iv[4] ^ counted, v13 = Iv[5], v14 = last ? ~Iv[6] : Iv[6], v15 = Iv[7];
        ref ulong words = ref MemoryMarshal.GetReference(m);
        ref byte sigma = ref MemoryMarshal.GetReference(Sigma);
        for (int round = 0; round < 12; round++)
        {
            Mix(ref v0, ref v4, ref v8, ref v12, Word(ref words, sigma), Word(ref words, Unsafe.Add(ref sigma, 1)));
            Mix(ref v1, ref v5, ref v9, ref v13, Word(ref words, Unsafe.Add(ref sigma, 2)), Word(ref words, Unsafe.Add(ref sigma, 3)));
            Mix(ref v2, ref v6, ref v10, ref v14, Word(ref words, Unsafe.Add(ref sigma, 4)), Word(ref words, Unsafe.Add(ref sigma, 5)));
            Mix(ref v3, ref v7, ref v11, ref v15, Word(ref words, Unsafe.Add(ref sigma, 6)), Word(ref words, Unsafe.Add(ref sigma, 7)));
            Mix(ref v0, ref v5, ref v10, ref v15, Word(ref words, Unsafe.Add(ref sigma, 8)), Word(ref words, Unsafe.Add(ref sigma, 9)));
            Mix(ref v1, ref v6, ref v11, ref v12, Word(ref words, Unsafe.Add(ref sigma, 10)), Word(ref words, Unsafe.Add(ref sigma, 11)));
            Mix(ref v2, ref v7, ref v8, ref v13, Word(ref words, Unsafe.Add(ref sigma, 12)), Word(ref words, Unsafe.Add(ref sigma, 13)));
            Mix(ref v3, ref v4, ref v9, ref v14, Word(ref words, Unsafe.Add(ref sigma, 14)), Word(ref words, Unsafe.Add(ref sigma, 15)));
            sigma = ref Unsafe.Add(ref sigma, 16);
        }

        h[0] ^= v0 ^ v8;
        h[1] ^= v1 ^ v9;
        h[2] ^= v2 ^ v10;
        h[3] ^= v3 ^ v11;
        h[4] ^= v4 ^ v12;
        h[5] ^= v5 ^ v13;
        h[6] ^= v6 ^ v14;
        h[7] ^= v7 ^ v15;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Word(ref ulong words, byte index) => Unsafe.Add(ref words, index);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Mix(ref ulong a, ref ulong b, ref ulong c, ref ulong d, ulong x, ulong y)
    {
        a += b + x;
        d = BitOperations.RotateRight(d ^ a, 32);
        c += d;
        b = BitOperations.RotateRight(b ^ c, 24);
        a += b + y;
        d = BitOperations.RotateRight(d ^ a, 16);
        c += d;
        b = BitOperations.RotateRight(b ^ c, 63);
    }
}
