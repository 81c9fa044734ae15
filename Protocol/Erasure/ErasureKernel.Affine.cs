using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Nsn.Protocol.Erasure;

// One GFNI instruction multiplies 32 or 64 bytes by a constant. Every loop returns how many bytes it did; the scalar loop does the rest.
internal static partial class ErasureKernel
{
    private static int Affine512(ulong[] matrices, ReadOnlySpan<byte[]> inputs, ReadOnlySpan<byte[]> outputs, int length)
    {
        int offset = 0;
        for (; offset + 2 * Vector512<byte>.Count <= length; offset += 2 * Vector512<byte>.Count)
        {
            Vector512<byte> a0 = default, a1 = default, a2 = default, a3 = default;
            Vector512<byte> b0 = default, b1 = default, b2 = default, b3 = default;
            ref ulong matrix = ref MemoryMarshal.GetArrayDataReference(matrices);
            foreach (byte[] input in inputs)
            {
                Vector512<byte> a = Vector512.LoadUnsafe(ref At(input, offset));
                Vector512<byte> b = Vector512.LoadUnsafe(ref At(input, offset + Vector512<byte>.Count));
                Vector512<byte> m = Vector512.Create(matrix).AsByte();
                a0 ^= Gfni.V512.GaloisFieldAffineTransform(a, m, 0);
                b0 ^= Gfni.V512.GaloisFieldAffineTransform(b, m, 0);
                m = Vector512.Create(Unsafe.Add(ref matrix, 1)).AsByte();
                a1 ^= Gfni.V512.GaloisFieldAffineTransform(a, m, 0);
                b1 ^= Gfni.V512.GaloisFieldAffineTransform(b, m, 0);
                m = Vector512.Create(Unsafe.Add(ref matrix, 2)).AsByte();
                a2 ^= Gfni.V512.GaloisFieldAffineTransform(a, m, 0);
                b2 ^= Gfni.V512.GaloisFieldAffineTransform(b, m, 0);
                m = Vector512.Create(Unsafe.Add(ref matrix, 3)).AsByte();
                a3 ^= Gfni.V512.GaloisFieldAffineTransform(a, m, 0);
                b3 ^= Gfni.V512.GaloisFieldAffineTransform(b, m, 0);
                matrix = ref Unsafe.Add(ref matrix, OutputsMax);
            }

            Store512(outputs, offset, a0, a1, a2, a3);
            Store512(outputs, offset + Vector512<byte>.Count, b0, b1, b2, b3);
        }

        return offset;
    }

    private static int Affine256(ulong[] matrices, ReadOnlySpan<byte[]> inputs, ReadOnlySpan<byte[]> outputs, int length)
    {
        int offset = 0;
        for (; offset + 2 * Vector256<byte>.Count <= length; offset += 2 * Vector256<byte>.Count)
        {
            Vector256<byte> a0 = default, a1 = default, a2 = default, a3 = default;
            Vector256<byte> b0 = default, b1 = default, b2 = default, b3 = default;
            ref ulong matrix = ref MemoryMarshal.GetArrayDataReference(matrices);
            foreach (byte[] input in inputs)
            {
                Vector256<byte> a = Vector256.LoadUnsafe(ref At(input, offset));
                Vector256<byte> b = Vector256.LoadUnsafe(ref At(input, offset + Vector256<byte>.Count));
                Vector256<byte> m = Vector256.Create(matrix).AsByte();
                a0 ^= Gfni.V256.GaloisFieldAffineTransform(a, m, 0);
                b0 ^= Gfni.V256.GaloisFieldAffineTransform(b, m, 0);
                m = Vector256.Create(Unsafe.Add(ref matrix, 1)).AsByte();
                a1 ^= Gfni.V256.GaloisFieldAffineTransform(a, m, 0);
                b1 ^= Gfni.V256.GaloisFieldAffineTransform(b, m, 0);
                m = Vector256.Create(Unsafe.Add(ref matrix, 2)).AsByte();
                a2 ^= Gfni.V256.GaloisFieldAffineTransform(a, m, 0);
                b2 ^= Gfni.V256.GaloisFieldAffineTransform(b, m, 0);
                m = Vector256.Create(Unsafe.Add(ref matrix, 3)).AsByte();
                a3 ^= Gfni.V256.GaloisFieldAffineTransform(a, m, 0);
                b3 ^= Gfni.V256.GaloisFieldAffineTransform(b, m, 0);
                matrix = ref Unsafe.Add(ref matrix, OutputsMax);
            }

            Store256(outputs, offset, a0, a1, a2, a3);
            Store256(outputs, offset + Vector256<byte>.Count, b0, b1, b2, b3);
        }

        return offset;
    }
}
