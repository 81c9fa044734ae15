using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Nsn.Protocol.Erasure;

/// <summary>
/// The inner loop: up to four output shards as linear combinations of ten inputs. It walks along the shards once and keeps the sums of all outputs in registers, so that
/// every input byte is read once.
/// </summary>
internal static partial class ErasureKernel
{
    /// <summary>The most outputs of one walk.</summary>
    internal const int OutputsMax = 4;

    /// <summary>The fastest path of this machine.</summary>
    internal static ErasurePath Best { get; } = Enum.GetValues<ErasurePath>().Last(IsSupported);

    internal static bool IsSupported(ErasurePath path) => path switch
    {
        ErasurePath.Affine512 => Gfni.V512.IsSupported && Vector512.IsHardwareAccelerated,
        ErasurePath.Affine256 => Gfni.V256.IsSupported,
        ErasurePath.Shuffle512 => Avx512BW.IsSupported && Vector512.IsHardwareAccelerated,
        ErasurePath.Shuffle256 => Avx2.IsSupported,
        ErasurePath.Shuffle128 => Vector128.IsHardwareAccelerated,
        _ => true,
    };

    /// <summary>outputs[r] = Σ rows[r][c] · inputs[c], for every byte. All arrays have the same length.</summary>
    internal static void Combine(byte[][] rows, ReadOnlySpan<byte[]> inputs, ReadOnlySpan<byte[]> outputs, ErasurePath path)
    {
        for (int first = 0; first < outputs.Length; first += OutputsMax)
        {
            int count = Math.Min(OutputsMax, outputs.Length - first);
            CombineGroup(rows.AsSpan(first, count), inputs, outputs.Slice(first, count), path);
        }
    }

    private static void CombineGroup(ReadOnlySpan<byte[]> rows, ReadOnlySpan<byte[]> inputs, ReadOnlySpan<byte[]> outputs, ErasurePath path)
    {
        int length = inputs[0].Length;
        int done = path switch
        {
            ErasurePath.Affine512 => Affine512(Matrices(rows, inputs.Length), inputs, outputs, length),
            ErasurePath.Affine256 => Affine256(Matrices(rows, inputs.Length), inputs, outputs, length),
            ErasurePath.Shuffle512 => Shuffle512(Nibbles(rows, inputs.Length), inputs, outputs, length),
            ErasurePath.Shuffle256 => Shuffle256(Nibbles(rows, inputs.Length), inputs, outputs, length),
            ErasurePath.Shuffle128 => Shuffle128(Nibbles(rows, inputs.Length), inputs, outputs, length),
            _ => 0,
        };
        Scalar(rows, inputs, outputs, done, length);
    }

    private static void Scalar(ReadOnlySpan<byte[]> rows, ReadOnlySpan<byte[]> inputs, ReadOnlySpan<byte[]> outputs, int start, int length)
    {
        Span<byte> products = stackalloc byte[256];
        for (int r = 0; r < outputs.Length; r++)
        {
            Span<byte> output = outputs[r].AsSpan(start, length - start);
            output.Clear();
            for (int c = 0; c < inputs.Length && output.Length > 0; c++)
            {
                for (int value = 0; value < 256; value++)
                    products[value] = GaloisField.Multiply(rows[r][c], (byte)value);
                ReadOnlySpan<byte> input = inputs[c].AsSpan(start, length - start);
                for (int i = 0; i < output.Length; i++)
                    output[i] ^= products[input[i]];
            }
        }
    }

    /// <summary>
    /// For each (input, output) the 8 x 8 bit matrix of its multiplication, as GF2P8AFFINEQB wants it: byte 7 - i holds the row of output bit i, bit j
    /// of it says whether input bit j counts. Always four outputs to an input; absent ones are zero.
    /// </summary>
    private static ulong[] Matrices(ReadOnlySpan<byte[]> rows, int inputs)
    {
        ulong[] matrices = new ulong[inputs * OutputsMax];
        for (int c = 0; c < inputs; c++)
        {
            for (int r = 0; r < rows.Length; r++)
            {
                ulong matrix = 0;
                for (int j = 0; j < 8; j++)
                {
                    byte product = GaloisField.Multiply(rows[r][c], (byte)(1 << j));
                    for (int i = 0; i < 8; i++)
                        matrix |= (ulong)(uint)(product >> i & 1) << ((7 - i) * 8 + j);
                }

                matrices[c * OutputsMax + r] = matrix;
            }
        }

        return matrices;
    }

    /// <summary>For each (input, output) 16 products of the low nibble, then 16 of the high one. Always four outputs to an input.</summary>
    private static Vector128<byte>[] Nibbles(ReadOnlySpan<byte[]> rows, int inputs)
    {
        Vector128<byte>[] tables = new Vector128<byte>[inputs * OutputsMax * 2];
        Span<byte> products = stackalloc byte[32];
        for (int c = 0; c < inputs; c++)
        {
            for (int r = 0; r < rows.Length; r++)
            {
                for (int value = 0; value < 16; value++)
                {
                    products[value] = GaloisField.Multiply(rows[r][c], (byte)value);
                    products[16 + value] = GaloisField.Multiply(rows[r][c], (byte)(value << 4));
                }

                tables[(c * OutputsMax + r) * 2] = Vector128.Create<byte>(products[..16]);
                tables[(c * OutputsMax + r) * 2 + 1] = Vector128.Create<byte>(products[16..]);
            }
        }

        return tables;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ref byte At(byte[] array, int offset) => ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(array), offset);
}
