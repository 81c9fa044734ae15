using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Nsn.Protocol.Erasure;

// Sums go to as many outputs as there are. Every loop returns how many bytes it did; the scalar loop does the rest.
internal static partial class ErasureKernel
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store512(ReadOnlySpan<byte[]> outputs, int offset, Vector512<byte> s0, Vector512<byte> s1, Vector512<byte> s2, Vector512<byte> s3)
    {
        s0.StoreUnsafe(ref At(outputs[0], offset));
        if (outputs.Length > 1)
            s1.StoreUnsafe(ref At(outputs[1], offset));
        if (outputs.Length > 2)
            s2.StoreUnsafe(ref At(outputs[2], offset));
        if (outputs.Length > 3)
            s3.StoreUnsafe(ref At(outputs[3], offset));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store256(ReadOnlySpan<byte[]> outputs, int offset, Vector256<byte> s0, Vector256<byte> s1, Vector256<byte> s2, Vector256<byte> s3)
    {
        s0.StoreUnsafe(ref At(outputs[0], offset));
        if (outputs.Length > 1)
            s1.StoreUnsafe(ref At(outputs[1], offset));
        if (outputs.Length > 2)
            s2.StoreUnsafe(ref At(outputs[2], offset));
        if (outputs.Length > 3)
            s3.StoreUnsafe(ref At(outputs[3], offset));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store128(ReadOnlySpan<byte[]> outputs, int offset, Vector128<byte> s0, Vector128<byte> s1, Vector128<byte> s2, Vector128<byte> s3)
    {
        s0.StoreUnsafe(ref At(outputs[0], offset));
        if (outputs.Length > 1)
            s1.StoreUnsafe(ref At(outputs[1], offset));
        if (outputs.Length > 2)
            s2.StoreUnsafe(ref At(outputs[2], offset));
        if (outputs.Length > 3)
            s3.StoreUnsafe(ref At(outputs[3], offset));
    }
}
