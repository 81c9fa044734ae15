using System.Numerics;

namespace Nsn.Protocol.Cryptography.Edwards25519;

/// <summary>Numbers modulo the order of the group, as digits.</summary>
internal static class Scalar
{
    /// <summary>Digits of a scalar.</summary>
    public const int Digits = 64;

    /// <summary>The group order 2^252 + 27742317777372353535851937790883648493.</summary>
    private static readonly BigInteger s_order = (BigInteger.One << 252) + BigInteger.Parse("27742317777372353535851937790883648493", null);

    /// <summary>Reduces 64 bytes, little-endian: a SHA-512 digest.</summary>
    public static void Reduce(ReadOnlySpan<byte> wide, Span<byte> scalar)
    {
        scalar.Clear();
        BigInteger reduced = new BigInteger(wide, isUnsigned: true) % s_order;
        reduced.TryWriteBytes(scalar, out _, isUnsigned: true);
    }

    /// <summary>Writes 32 bytes below 2^253 as digits of base 16 from -8 to 7, the lowest first.</summary>
    public static void ToDigits(ReadOnlySpan<byte> scalar, Span<sbyte> digits)
    {
        int carry = 0;
        for (int i = 0; i < Digits; i++)
        {
            int digit = ((scalar[i >> 1] >> ((i & 1) * 4)) & 15) + carry;
            carry = (digit + 8) >> 4;
            digits[i] = (sbyte)(digit - (carry << 4));
        }
    }
}
