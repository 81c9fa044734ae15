using System.Security.Cryptography;

namespace Nsn.WebRtc.Srtp;

/// <summary>The key derivation function AES-CM with a key derivation rate of zero (RFC 3711 section 4.3.3).</summary>
internal static class SrtpKeyDerivation
{
    public const byte RtpEncryption = 0;
    public const byte RtpAuthentication = 1;
    public const byte RtpSalt = 2;
    public const byte RtcpEncryption = 3;
    public const byte RtcpAuthentication = 4;
    public const byte RtcpSalt = 5;

    /// <summary>Derives a session key. A salt of 12 bytes (GCM) is padded on the right to 14 (RFC 7714 section 11).</summary>
    public static byte[] Derive(ReadOnlySpan<byte> masterKey, ReadOnlySpan<byte> masterSalt, byte label, int length)
    {
        Span<byte> block = stackalloc byte[16];
        block.Clear();
        masterSalt.CopyTo(block);
        block[7] ^= label;
        using Aes aes = Aes.Create();
        aes.SetKey(masterKey);
        byte[] output = new byte[length];
        Span<byte> stream = stackalloc byte[16];
        for (int offset = 0, counter = 0; offset < length; offset += 16, counter++)
        {
            block[14] = (byte)(counter >> 8);
            block[15] = (byte)counter;
            aes.EncryptEcb(block, stream, PaddingMode.None);
            stream[..Math.Min(16, length - offset)].CopyTo(output.AsSpan(offset));
        }

        return output;
    }
}
