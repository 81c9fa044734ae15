using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Nsn.Protocol.Erasure;

// A product is the sum of the products of both nibbles, each looked up in a table of 16 by a byte shuffle. Every loop returns how many bytes it did; the scalar loop does the rest.
internal static partial class ErasureKernel
{
    private static int Shuffle512(Vector128<byte>[] tables, ReadOnlySpan<byte[]> inputs, ReadOnlySpan<byte[]> outputs, int length)
    {
        Vector512<byte> nibble = Vector512.Create((byte)0x0F);
        int offset = 0;
        for (; offset + Vector512<byte>.Count <= length; offset += Vector512<byte>.Count)
        {
            Vector512<byte> s0 = default, s1 = default, s2 = default, s3 = default;
            ref Vector128<byte> table = ref MemoryMarshal.GetArrayDataReference(tables);
            foreach (byte[] input in inputs)
            {
                Vector512<byte> value = Vector512.LoadUnsafe(ref At(input, offset));
                Vector512<byte> low = value & nibble;
                Vector512<byte> high = (value.AsUInt16() >> 4).AsByte() & nibble;
                s0 ^= Look512(table, low) ^ Look512(Unsafe.Add(ref table, 1), high);
                s1 ^= Look512(Unsafe.Add(ref table, 2), low) ^ Look512(Unsafe.Add(ref table, 3), high);
                s2 ^= Look512(Unsafe.Add(ref table, 4), low) ^ Look512(Unsafe.Add(ref table, 5), high);
                s3 ^= Look512(Unsafe.Add(ref table, 6), low) ^ Look512(Unsafe.Add(ref table, 7), high);
                table = ref Unsafe.Add(ref table, 2 * OutputsMax);
            }

            Store512(outputs, offset, s0, s1, s2, s3);
        }

        return offset;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<byte> Look512(Vector128<byte> t, Vector512<byte> index)
        => Avx512BW.Shuffle(Vector512.Create(Vector256.Create(t, t), Vector256.Create(t, t)), index);

    private static int Shuffle256(Vector128<byte>[] tables, ReadOnlySpan<byte[]> inputs, ReadOnlySpan<byte[]> outputs, int length)
    {
        Vector256<byte> nibble = Vector256.Create((byte)0x0F);
        int offset = 0;
        for (; offset + Vector256<byte>.Count <= length; offset += Vector256<byte>.Count)
        {
            Vector256<byte> s0 = default, s1 = default, s2 = default, s3 = default;
            ref Vector128<byte> table = ref MemoryMarshal.GetArrayDataReference(tables);
            foreach (byte[] input in inputs)
            {
                Vector256<byte> value = Vector256.LoadUnsafe(ref At(input, offset));
                Vector256<byte> low = value & nibble;
                Vector256<byte> high = (value.AsUInt16() >> 4).AsByte() & nibble;
                s0 ^= Look256(table, low) ^ Look256(Unsafe.Add(ref table, 1), high);
                s1 ^= Look256(Unsafe.Add(ref table, 2), low) ^ Look256(Unsafe.Add(ref table, 3), high);
                s2 ^= Look256(Unsafe.Add(ref table, 4), low) ^ Look256(Unsafe.Add(ref table, 5), high);
                s3 ^= Look256(Unsafe.Add(ref table, 6), low) ^ Look256(Unsafe.Add(ref table, 7), high);
                table = ref Unsafe.Add(ref table, 2 * OutputsMax);
            }

            Store256(outputs, offset, s0, s1, s2, s3);
        }

        return offset;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<byte> Look256(Vector128<byte> t, Vector256<byte> index)
        => Avx2.Shuffle(Vector256.Create(t, t), index);

    private static int Shuffle128(Vector128<byte>[] tables, ReadOnlySpan<byte[]> inputs, ReadOnlySpan<byte[]> outputs, int length)
    {
        Vector128<byte> nibble = Vector128.Create((byte)0x0F);
        int offset = 0;
        for (; offset + Vector128<byte>.Count <= length; offset += Vector128<byte>.Count)
        {
            Vector128<byte> s0 = default, s1 = default, s2 = default, s3 = default;
            ref Vector128<byte> table = ref MemoryMarshal.GetArrayDataReference(tables);
            foreach (byte[] input in inputs)
            {
                Vector128<byte> value = Vector128.LoadUnsafe(ref At(input, offset));
                Vector128<byte> low = value & nibble;
                Vector128<byte> high = (value.AsUInt16() >> 4).AsByte() & nibble;
                s0 ^= Look128(table, low) ^ Look128(Unsafe.Add(ref table, 1), high);
                s1 ^= Look128(Unsafe.Add(ref table, 2), low) ^ Look128(Unsafe.Add(ref table, 3), high);
                s2 ^= Look128(Unsafe.Add(ref table, 4), low) ^ Look128(Unsafe.Add(ref table, 5), high);
                s3 ^= Look128(Unsafe.Add(ref table, 6), low) ^ Look128(Unsafe.Add(ref table, 7), high);
                table = ref Unsafe.Add(ref table, 2 * OutputsMax);
            }

            Store128(outputs, offset, s0, s1, s2, s3);
        }

        return offset;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Look128(Vector128<byte> t, Vector128<byte> index)
        => Vector128.Shuffle(t, index);
}
