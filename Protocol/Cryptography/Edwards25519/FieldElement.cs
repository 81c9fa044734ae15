using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Nsn.Protocol.Cryptography.Edwards25519;

/// <summary>
/// A number modulo 2^255 - 19 in five limbs of 51 bits, little-endian. Products have limbs below 2^52; sums and differences are not carried, and a product may take
/// factors with limbs below 2^54. Time depends on values nowhere, but callers only have public ones.
/// </summary>
internal readonly struct FieldElement
{
    private const ulong Mask = (1UL << 51) - 1;

    // Four times the prime, limb by limb: what keeps a difference positive.
    private const ulong FourP0 = 4 * (Mask - 18);
    private const ulong FourP = 4 * Mask;

    private readonly ulong _0;
    private readonly ulong _1;
    private readonly ulong _2;
    private readonly ulong _3;
    private readonly ulong _4;

    private FieldElement(ulong limb0, ulong limb1, ulong limb2, ulong limb3, ulong limb4)
        => (_0, _1, _2, _3, _4) = (limb0, limb1, limb2, limb3, limb4);

    public static FieldElement Zero => default;

    public static FieldElement One => new(1, 0, 0, 0, 0);

    /// <summary>True if the least bit of the number is set: its "sign" in an encoded point.</summary>
    public bool IsOdd
    {
        get
        {
            Span<byte> bytes = stackalloc byte[32];
            Write(bytes);
            return (bytes[0] & 1) != 0;
        }
    }

    public bool IsZero
    {
        get
        {
            Span<byte> bytes = stackalloc byte[32];
            Write(bytes);
            return !bytes.ContainsAnyExcept((byte)0);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FieldElement operator +(in FieldElement a, in FieldElement b) => new(a._0 + b._0, a._1 + b._1, a._2 + b._2, a._3 + b._3, a._4 + b._4);

    /// <summary>The limbs of <paramref name="b"/> must be below 2^53 - 76, as those of products and of sums of two are.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FieldElement operator -(in FieldElement a, in FieldElement b)
        => new(a._0 + FourP0 - b._0, a._1 + FourP - b._1, a._2 + FourP - b._2, a._3 + FourP - b._3, a._4 + FourP - b._4);

    public static FieldElement operator *(in FieldElement a, in FieldElement b)
    {
        ulong b1 = 19 * b._1, b2 = 19 * b._2, b3 = 19 * b._3, b4 = 19 * b._4;
        Sum r0 = default, r1 = default, r2 = default, r3 = default, r4 = default;
        r0.Add(a._0, b._0);
        r0.Add(a._1, b4);
        r0.Add(a._2, b3);
        r0.Add(a._3, b2);
        r0.Add(a._4, b1);
        r1.Add(a._0, b._1);
        r1.Add(a._1, b._0);
        r1.Add(a._2, b4);
        r1.Add(a._3, b3);
        r1.Add(a._4, b2);
        r2.Add(a._0, b._2);
        r2.Add(a._1, b._1);
        r2.Add(a._2, b._0);
        r2.Add(a._3, b4);
        r2.Add(a._4, b3);
        r3.Add(a._0, b._3);
        r3.Add(a._1, b._2);
        r3.Add(a._2, b._1);
        r3.Add(a._3, b._0);
        r3.Add(a._4, b4);
        r4.Add(a._0, b._4);
        r4.Add(a._1, b._3);
        r4.Add(a._2, b._2);
        r4.Add(a._3, b._1);
        r4.Add(a._4, b._0);
        return Carry(r0, r1, r2, r3, r4);
    }

    /// <summary>The square: 15 products instead of 25.</summary>
    public static FieldElement Square(in FieldElement a)
    {
        ulong twice0 = 2 * a._0, twice1 = 2 * a._1, twice2 = 2 * a._2, a3 = 19 * a._3, a4 = 19 * a._4;
        Sum r0 = default, r1 = default, r2 = default, r3 = default, r4 = default;
        r0.Add(a._0, a._0);
        r0.Add(twice1, a4);
        r0.Add(twice2, a3);
        r1.Add(twice0, a._1);
        r1.Add(twice2, a4);
        r1.Add(a._3, a3);
        r2.Add(twice0, a._2);
        r2.Add(a._1, a._1);
        r2.Add(2 * a._3, a4);
        r3.Add(twice0, a._3);
        r3.Add(twice1, a._2);
        r3.Add(a._4, a4);
        r4.Add(twice0, a._4);
        r4.Add(twice1, a._3);
        r4.Add(a._2, a._2);
        return Carry(r0, r1, r2, r3, r4);
    }

    /// <summary>The number raised to 2^times.</summary>
    public static FieldElement Square(in FieldElement a, int times)
    {
        FieldElement result = a;
        for (int i = 0; i < times; i++)
            result = Square(result);
        return result;
    }

    /// <summary>a^(p - 2): the inverse, and zero for zero.</summary>
    public static FieldElement Invert(in FieldElement a)
    {
        FieldElement ones = AllOnes(a, out FieldElement eleventh);
        return Square(ones, 5) * eleventh;
    }

    /// <summary>a^((p - 5) / 8): the main part of a square root.</summary>
    public static FieldElement RootPower(in FieldElement a) => Square(AllOnes(a, out _), 2) * a;

    /// <summary>A small number.</summary>
    public static FieldElement FromSmall(uint value) => new(value, 0, 0, 0, 0);

    /// <summary>Reads 32 bytes, little-endian; the highest bit is left out.</summary>
    public static FieldElement Read(ReadOnlySpan<byte> bytes)
    {
        ulong w0 = BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        ulong w1 = BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]);
        ulong w2 = BinaryPrimitives.ReadUInt64LittleEndian(bytes[16..]);
        ulong w3 = BinaryPrimitives.ReadUInt64LittleEndian(bytes[24..]);
        return new(
            w0 & Mask,
            ((w0 >> 51) | (w1 << 13)) & Mask,
            ((w1 >> 38) | (w2 << 26)) & Mask,
            ((w2 >> 25) | (w3 << 39)) & Mask,
            (w3 >> 12) & Mask);
    }

    /// <summary>Writes the number as 32 bytes, little-endian, fully reduced.</summary>
    public void Write(Span<byte> bytes)
    {
        ulong l0 = _0, l1 = _1, l2 = _2, l3 = _3, l4 = _4;
        for (int i = 0; i < 2; i++)
        {
            l1 += l0 >> 51;
            l2 += l1 >> 51;
            l3 += l2 >> 51;
            l4 += l3 >> 51;
            (l0, l1, l2, l3) = ((l0 & Mask) + 19 * (l4 >> 51), l1 & Mask, l2 & Mask, l3 & Mask);
            l4 &= Mask;
        }

        // Now below twice the prime; whether it is below the prime shows in the carry of the number and 19.
        ulong carry = (l0 + 19) >> 51;
        carry = (l1 + carry) >> 51;
        carry = (l2 + carry) >> 51;
        carry = (l3 + carry) >> 51;
        carry = (l4 + carry) >> 51;
        l0 += 19 * carry;
        l1 += l0 >> 51;
        l2 += l1 >> 51;
        l3 += l2 >> 51;
        l4 += l3 >> 51;
        (l0, l1, l2, l3, l4) = (l0 & Mask, l1 & Mask, l2 & Mask, l3 & Mask, l4 & Mask);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, l0 | (l1 << 51));
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[8..], (l1 >> 13) | (l2 << 38));
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[16..], (l2 >> 26) | (l3 << 25));
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[24..], (l3 >> 39) | (l4 << 12));
    }

    // a^(2^250 - 1), the long part of both powers, and a^11 on the way.
    private static FieldElement AllOnes(in FieldElement a, out FieldElement eleventh)
    {
        FieldElement second = Square(a);
        FieldElement ninth = Square(second, 2) * a;
        eleventh = ninth * second;
        FieldElement ones5 = Square(eleventh) * ninth;
        FieldElement ones10 = Square(ones5, 5) * ones5;
        FieldElement ones20 = Square(ones10, 10) * ones10;
        FieldElement ones40 = Square(ones20, 20) * ones20;
        FieldElement ones50 = Square(ones40, 10) * ones10;
        FieldElement ones100 = Square(ones50, 50) * ones50;
        FieldElement ones200 = Square(ones100, 100) * ones100;
        return Square(ones200, 50) * ones50;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static FieldElement Carry(Sum r0, Sum r1, Sum r2, Sum r3, Sum r4)
    {
        r1.Add(r0.Above51);
        r2.Add(r1.Above51);
        r3.Add(r2.Above51);
        r4.Add(r3.Above51);
        ulong l0 = (r0.Low & Mask) + 19 * r4.Above51;
        return new((l0 & Mask), (r1.Low & Mask) + (l0 >> 51), r2.Low & Mask, r3.Low & Mask, r4.Low & Mask);
    }

    // 128 bits, in which products add up.
    private struct Sum
    {
        public ulong Low;
        private ulong _high;

        public readonly ulong Above51
        {
            [MethodImpl(MethodImplOptions.AggressiveInlining)]
            get => (_high << 13) | (Low >> 51);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Add(ulong a, ulong b)
        {
            ulong high = Math.BigMul(a, b, out ulong low);
            Low += low;
            _high += high + (Low < low ? 1UL : 0);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Add(ulong value)
        {
            Low += value;
            _high += Low < value ? 1UL : 0;
        }
    }
}
