namespace Nsn.Protocol.Erasure;

/// <summary>GF(2^8) with the polynomial x^8 + x^4 + x^3 + x^2 + 1 (0x11D), in which 2 generates every element but zero.</summary>
internal static class GaloisField
{
    private const int Polynomial = 0x11D;
    private static readonly byte[] s_exponential = new byte[2 * 255];
    private static readonly byte[] s_logarithm = new byte[256];

    static GaloisField()
    {
        int value = 1;
        for (int power = 0; power < 255; power++)
        {
            s_exponential[power] = s_exponential[power + 255] = (byte)value;
            s_logarithm[value] = (byte)power;
            value <<= 1;
            value ^= value >= 256 ? Polynomial : 0;
        }
    }

    internal static byte Multiply(byte left, byte right)
        => left == 0 || right == 0 ? (byte)0 : s_exponential[s_logarithm[left] + s_logarithm[right]];

    internal static byte Invert(byte value)
        => value != 0 ? s_exponential[255 - s_logarithm[value]] : throw new DivideByZeroException();
}
