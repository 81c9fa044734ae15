using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Nsn.Protocol.Cryptography;

/// <summary>
/// Compression with the four columns of the working matrix side by side: its rows are four vectors, and the diagonals become columns by turning
/// the rows (RFC 7693, section 3.1, as a matrix of four by four).
/// </summary>
public static partial class Blake2b
{
    private static readonly Blake2bPath s_best = IsSupported(Blake2bPath.Avx512) ? Blake2bPath.Avx512
        : IsSupported(Blake2bPath.Avx2) ? Blake2bPath.Avx2
        : Blake2bPath.Scalar;

    // Which words of the message each round takes: those of the columns, first and second half of the mixing, then those of the diagonals.
    private static ReadOnlySpan<ulong> Schedule =>
    [
        0, 2, 4, 6, 1, 3, 5, 7, 8, 10, 12, 14, 9, 11, 13, 15,
        14, 4, 9, 13, 10, 8, 15, 6, 1, 0, 11, 5, 12, 2, 7, 3,
        11, 12, 5, 15, 8, 0, 2, 13, 10, 3, 7, 9, 14, 6, 1, 4,
        7, 3, 13, 11, 9, 1, 12, 14, 2, 5, 4, 15, 6, 10, 0, 8,
        9, 5, 2, 10, 0, 7, 4, 15, 14, 11, 6, 3, 1, 12, 8, 13,
        2, 6, 0, 8, 12, 10, 11, 3, 4, 7, 15, 1, 13, 5, 14, 9,
        12, 1, 14, 4, 5, 15, 13, 10, 0, 6, 9, 8, 7, 3, 2, 11,
        13, 7, 12, 3, 11, 14, 1, 9, 5, 15, 8, 2, 0, 4, 6, 10,
        6, 14, 11, 0, 15, 9, 3, 8, 12, 13, 1, 10, 2, 7, 4, 5,
        10, 8, 7, 1, 2, 4, 6, 5, 15, 9, 3, 13, 11, 14, 12, 0,
        0, 2, 4, 6, 1, 3, 5, 7, 8, 10, 12, 14, 9, 11, 13, 15,
        14, 4, 9, 13, 10, 8, 15, 6, 1, 0, 11, 5, 12, 2, 7, 3,
    ];

    internal static bool IsSupported(Blake2bPath path) => path switch
    {
        Blake2bPath.Avx512 => Avx512F.VL.IsSupported && Avx2.IsSupported,
        Blake2bPath.Avx2 => Avx2.IsSupported,
        _ => true,
    };

    private static void CompressAvx512(Span<ulong> h, ReadOnlySpan<byte> block, ulong counted, bool last)
    {
        ref byte message = ref MemoryMarshal.GetReference(block);
        var low = Vector512.LoadUnsafe(ref message).AsUInt64();
        var high = Vector512.LoadUnsafe(ref message, 64).AsUInt64();
        ref var schedule = ref MemoryMarshal.GetReference(Schedule);
        Begin(h, counted, last, out var a, out var b, out var c, out var d);
        var (a0, b0) = (a, b);
        for (var round = 0; round < 12; round++)
        {
            var words = Avx512F.PermuteVar8x64x2(low, Vector512.LoadUnsafe(ref schedule), high);
            Mix512(ref a, ref b, ref c, ref d, words.GetLower(), words.GetUpper());
            Turn(ref b, ref c, ref d);
            words = Avx512F.PermuteVar8x64x2(low, Vector512.LoadUnsafe(ref schedule, 8), high);
            Mix512(ref a, ref b, ref c, ref d, words.GetLower(), words.GetUpper());
            TurnBack(ref b, ref c, ref d);
            schedule = ref Unsafe.Add(ref schedule, 16);
        }

        (a0 ^ a ^ c).CopyTo(h);
        (b0 ^ b ^ d).CopyTo(h[4..]);
    }

    private static void CompressAvx2(Span<ulong> h, ReadOnlySpan<byte> block, ulong counted, bool last)
    {
        ref var message = ref Unsafe.As<byte, ulong>(ref MemoryMarshal.GetReference(block));
        ref var schedule = ref MemoryMarshal.GetReference(Schedule);
        Begin(h, counted, last, out var a, out var b, out var c, out var d);
        var (a0, b0) = (a, b);
        for (var round = 0; round < 12; round++)
        {
            Mix256(ref a, ref b, ref c, ref d, Words(ref message, ref schedule, 0), Words(ref message, ref schedule, 4));
            Turn(ref b, ref c, ref d);
            Mix256(ref a, ref b, ref c, ref d, Words(ref message, ref schedule, 8), Words(ref message, ref schedule, 12));
            TurnBack(ref b, ref c, ref d);
            schedule = ref Unsafe.Add(ref schedule, 16);
        }

        (a0 ^ a ^ c).CopyTo(h);
        (b0 ^ b ^ d).CopyTo(h[4..]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Begin(
        Span<ulong> h, ulong counted, bool last, out Vector256<ulong> a, out Vector256<ulong> b, out Vector256<ulong> c, out Vector256<ulong> d)
    {
        a = Vector256.Create<ulong>(h[..4]);
        b = Vector256.Create<ulong>(h.Slice(4, 4));
        c = Vector256.Create(Iv[..4]);
        d = Vector256.Create(Iv[4..]) ^ Vector256.Create(counted, 0, last ? ulong.MaxValue : 0, 0);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ulong> Words(ref ulong message, ref ulong schedule, int from) => Vector256.Create(
        Unsafe.Add(ref message, (nint)Unsafe.Add(ref schedule, from)),
        Unsafe.Add(ref message, (nint)Unsafe.Add(ref schedule, from + 1)),
        Unsafe.Add(ref message, (nint)Unsafe.Add(ref schedule, from + 2)),
        Unsafe.Add(ref message, (nint)Unsafe.Add(ref schedule, from + 3)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Mix512(
        ref Vector256<ulong> a, ref Vector256<ulong> b, ref Vector256<ulong> c, ref Vector256<ulong> d, Vector256<ulong> x, Vector256<ulong> y)
    {
        a = a + x + b; // b comes last
        d = Avx512F.VL.RotateRight(d ^ a, 32);
        c += d;
        b = Avx512F.VL.RotateRight(b ^ c, 24);
        a = a + y + b;
        d = Avx512F.VL.RotateRight(d ^ a, 16);
        c += d;
        b = Avx512F.VL.RotateRight(b ^ c, 63);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Mix256(
        ref Vector256<ulong> a, ref Vector256<ulong> b, ref Vector256<ulong> c, ref Vector256<ulong> d, Vector256<ulong> x, Vector256<ulong> y)
    {
        var by24 = Vector256.Create((byte)3, 4, 5, 6, 7, 0, 1, 2, 11, 12, 13, 14, 15, 8, 9, 10, 3, 4, 5, 6, 7, 0, 1, 2, 11, 12, 13, 14, 15, 8, 9, 10);
        var by16 = Vector256.Create((byte)2, 3, 4, 5, 6, 7, 0, 1, 10, 11, 12, 13, 14, 15, 8, 9, 2, 3, 4, 5, 6, 7, 0, 1, 10, 11, 12, 13, 14, 15, 8, 9);
        a = a + x + b; // b comes last
        d = Avx2.Shuffle((d ^ a).AsUInt32(), 0b10_11_00_01).AsUInt64();
        c += d;
        b = Avx2.Shuffle((b ^ c).AsByte(), by24).AsUInt64();
        a = a + y + b;
        d = Avx2.Shuffle((d ^ a).AsByte(), by16).AsUInt64();
        c += d;
        b ^= c;
        b = (b >>> 63) ^ (b + b);
    }

    /// <summary>Row i turns left by i places: what stood on a diagonal stands in a column.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Turn(ref Vector256<ulong> b, ref Vector256<ulong> c, ref Vector256<ulong> d)
    {
        b = Avx2.Permute4x64(b, 0b00_11_10_01);
        c = Avx2.Permute4x64(c, 0b01_00_11_10);
        d = Avx2.Permute4x64(d, 0b10_01_00_11);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void TurnBack(ref Vector256<ulong> b, ref Vector256<ulong> c, ref Vector256<ulong> d)
    {
        b = Avx2.Permute4x64(b, 0b10_01_00_11);
        c = Avx2.Permute4x64(c, 0b01_00_11_10);
        d = Avx2.Permute4x64(d, 0b00_11_10_01);
    }
}
