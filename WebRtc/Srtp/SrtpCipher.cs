using System.Buffers.Binary;
using System.Security.Cryptography;
using Nsn.WebRtc.Dtls;

namespace Nsn.WebRtc.Srtp;

/// <summary>
/// The cipher of one direction and one of RTP or RTCP, with OpenSSL's contexts kept: only the initialisation vector changes per packet. Not
/// thread-safe.
/// </summary>
internal sealed unsafe class SrtpCipher : IDisposable
{
    private readonly bool _encrypt;
    private readonly byte[] _salt;
    private nint _cipher;
    private nint _hmac;

    public SrtpCipher(SrtpProfile profile, ReadOnlySpan<byte> masterKey, ReadOnlySpan<byte> masterSalt, bool isRtcp, bool encrypt)
        : this(
            profile,
            SrtpKeyDerivation.Derive(masterKey, masterSalt, isRtcp ? SrtpKeyDerivation.RtcpEncryption : SrtpKeyDerivation.RtpEncryption, 16),
            SrtpKeyDerivation.Derive(masterKey, masterSalt, isRtcp ? SrtpKeyDerivation.RtcpSalt : SrtpKeyDerivation.RtpSalt, profile.SaltLength()),
            SrtpKeyDerivation.Derive(masterKey, masterSalt, isRtcp ? SrtpKeyDerivation.RtcpAuthentication : SrtpKeyDerivation.RtpAuthentication, 20),
            encrypt)
    {
    }

    /// <summary>Takes session keys; clears the two that OpenSSL has copied.</summary>
    internal SrtpCipher(SrtpProfile profile, byte[] key, byte[] salt, byte[] authentication, bool encrypt)
    {
        _encrypt = encrypt;
        _salt = salt;
        _cipher = LibSsl.EVP_CIPHER_CTX_new();
        fixed (byte* keyBytes = key, authenticationBytes = authentication)
        {
            bool gcm = profile == SrtpProfile.AeadAes128Gcm;
            Require(LibSsl.EVP_CipherInit_ex(
                _cipher, gcm ? LibSsl.EVP_aes_128_gcm() : LibSsl.EVP_aes_128_ctr(), 0, keyBytes, null, encrypt || !gcm ? 1 : 0));
            if (!gcm)
            {
                _hmac = LibSsl.HMAC_CTX_new();
                Require(LibSsl.HMAC_Init_ex(_hmac, authenticationBytes, authentication.Length, LibSsl.EVP_sha1(), 0));
            }
        }

        CryptographicOperations.ZeroMemory(key);
        CryptographicOperations.ZeroMemory(authentication);
    }

    /// <summary>AES-GCM: encrypts in place and writes the 16-byte tag, or decrypts and checks it.</summary>
    /// <param name="iv">12 bytes before the salt is mixed in.</param>
    /// <param name="associated">What is authenticated only, part one.</param>
    /// <param name="associatedMore">Part two, may be empty.</param>
    /// <param name="data">What is encrypted or decrypted in place.</param>
    /// <param name="tag">16 bytes, written or checked.</param>
    public bool Gcm(Span<byte> iv, ReadOnlySpan<byte> associated, ReadOnlySpan<byte> associatedMore, Span<byte> data, Span<byte> tag)
    {
        for (int i = 0; i < iv.Length; i++)
        {
            iv[i] ^= _salt[i];
        }

        int length;
        fixed (byte* ivBytes = iv, first = associated, second = associatedMore, bytes = data, tagBytes = tag)
        {
            Require(LibSsl.EVP_CipherInit_ex(_cipher, 0, 0, null, ivBytes, -1));
            if (!_encrypt)
            {
                Require(LibSsl.EVP_CIPHER_CTX_ctrl(_cipher, LibSsl.CtrlGcmSetTag, 16, tagBytes));
            }

            Require(LibSsl.EVP_CipherUpdate(_cipher, null, &length, first, associated.Length));
            if (!associatedMore.IsEmpty)
            {
                Require(LibSsl.EVP_CipherUpdate(_cipher, null, &length, second, associatedMore.Length));
            }

            if (!data.IsEmpty)
            {
                Require(LibSsl.EVP_CipherUpdate(_cipher, bytes, &length, bytes, data.Length));
            }

            byte* none = stackalloc byte[16];
            if (LibSsl.EVP_CipherFinal_ex(_cipher, none, &length) != 1)
            {
                LibSsl.ERR_clear_error();
                return false;
            }

            if (_encrypt)
            {
                Require(LibSsl.EVP_CIPHER_CTX_ctrl(_cipher, LibSsl.CtrlGcmGetTag, 16, tagBytes));
            }
        }

        return true;
    }

    /// <summary>AES in counter mode, in place (RFC 3711 section 4.1.1).</summary>
    public void Counter(uint ssrc, ulong index, Span<byte> data)
    {
        if (data.IsEmpty)
        {
            return;
        }

        Span<byte> iv = stackalloc byte[16];
        iv.Clear();
        BinaryPrimitives.WriteUInt32BigEndian(iv[4..], ssrc);
        BinaryPrimitives.WriteUInt64BigEndian(iv[8..], index << 16);
        for (int i = 0; i < 14; i++)
        {
            iv[i] ^= _salt[i];
        }

        int length;
        fixed (byte* ivBytes = iv, bytes = data)
        {
            Require(LibSsl.EVP_CipherInit_ex(_cipher, 0, 0, null, ivBytes, -1));
            Require(LibSsl.EVP_CipherUpdate(_cipher, bytes, &length, bytes, data.Length));
        }
    }

    /// <summary>HMAC-SHA1 over the data and four more bytes, cut to 10 bytes.</summary>
    public void Authenticate(ReadOnlySpan<byte> data, ReadOnlySpan<byte> more, Span<byte> tag)
    {
        byte* mac = stackalloc byte[20];
        fixed (byte* bytes = data, moreBytes = more)
        {
            Require(LibSsl.HMAC_Init_ex(_hmac, null, 0, 0, 0));
            Require(LibSsl.HMAC_Update(_hmac, bytes, data.Length));
            if (!more.IsEmpty)
            {
                Require(LibSsl.HMAC_Update(_hmac, moreBytes, more.Length));
            }

            uint length;
            Require(LibSsl.HMAC_Final(_hmac, mac, &length));
        }

        new ReadOnlySpan<byte>(mac, 10).CopyTo(tag);
    }

    public void Dispose()
    {
        if (_cipher != 0)
        {
            LibSsl.EVP_CIPHER_CTX_free(_cipher);
            _cipher = 0;
        }

        if (_hmac != 0)
        {
            LibSsl.HMAC_CTX_free(_hmac);
            _hmac = 0;
        }
    }

    private static void Require(int result)
    {
        if (result != 1)
        {
            throw new CryptographicException("OpenSSL: " + LibSsl.LastError());
        }
    }
}
