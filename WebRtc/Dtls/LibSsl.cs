using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Nsn.WebRtc.Dtls;

/// <summary>The parts of OpenSSL 3 that are used. Macros of its headers are not exported, so their numbers are here.</summary>
internal static unsafe partial class LibSsl
{
    internal const string Ssl = "libssl-3";
    internal const string Crypto = "libcrypto-3";

    internal const int VerifyPeer = 1;
    internal const int VerifyFailIfNoPeerCertificate = 2;
    /// <summary>The place that SSL_set_app_data uses.</summary>
    internal const int ApplicationData = 0;

    internal const int VerifyOk = 0;

    /// <summary>X509_V_ERR_CERT_REJECTED, which OpenSSL tells the peer as bad_certificate.</summary>
    internal const int CertificateRejected = 28;

    internal const int CtrlSetMtu = 17;
    internal const int CtrlSetMinProtocol = 123;
    internal const int CtrlSetMaxProtocol = 124;
    internal const int Dtls12 = 0xFEFD;
    internal const ulong OptionNoQueryMtu = 1UL << 12;
    internal const ulong OptionNoTicket = 1UL << 14;
    internal const ulong OptionNoRenegotiation = 1UL << 30;
    internal const int BioSetBufMemEofReturn = 130;
    internal const int BioPending = 10;
    internal const int EvpPkeyEc = 408;
    internal const int ErrorSsl = 1;
    internal const int ErrorWantRead = 2;
    internal const int ErrorWantWrite = 3;
    internal const int ErrorZeroReturn = 6;
    internal const int CtrlGcmSetTag = 0x11;
    internal const int CtrlGcmGetTag = 0x10;
    internal const int CtrlGcmSetIvLength = 0x9;

    static LibSsl() => NativeLibrary.SetDllImportResolver(typeof(LibSsl).Assembly, Resolve);

    [LibraryImport(Ssl)]
    internal static partial nint DTLS_method();

    [LibraryImport(Ssl)]
    internal static partial nint SSL_CTX_new(nint method);

    [LibraryImport(Ssl)]
    internal static partial void SSL_CTX_free(nint context);

    [LibraryImport(Ssl)]
    internal static partial nint SSL_CTX_ctrl(nint context, int command, nint argument, nint pointer);

    [LibraryImport(Ssl)]
    internal static partial ulong SSL_CTX_set_options(nint context, ulong options);

    [LibraryImport(Ssl, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int SSL_CTX_set_cipher_list(nint context, string ciphers);

    /// <summary>Returns 0 on success, unlike nearly everything else.</summary>
    [LibraryImport(Ssl, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int SSL_CTX_set_tlsext_use_srtp(nint context, string profiles);

    [LibraryImport(Ssl)]
    internal static partial int SSL_CTX_use_certificate_ASN1(nint context, int length, byte* der);

    [LibraryImport(Ssl)]
    internal static partial int SSL_CTX_use_PrivateKey_ASN1(int type, nint context, byte* der, nint length);

    [LibraryImport(Ssl)]
    internal static partial void SSL_CTX_set_verify(nint context, int mode, nint callback);

    [LibraryImport(Ssl)]
    internal static partial void SSL_CTX_set_cert_verify_callback(nint context, delegate* unmanaged[Cdecl]<nint, nint, int> callback, nint argument);

    [LibraryImport(Ssl)]
    internal static partial nint SSL_new(nint context);

    [LibraryImport(Ssl)]
    internal static partial int SSL_set_ex_data(nint ssl, int index, nint data);

    [LibraryImport(Ssl)]
    internal static partial nint SSL_get_ex_data(nint ssl, int index);

    [LibraryImport(Ssl)]
    internal static partial int SSL_get_ex_data_X509_STORE_CTX_idx();

    [LibraryImport(Crypto)]
    internal static partial nint X509_STORE_CTX_get_ex_data(nint store, int index);

    [LibraryImport(Crypto)]
    internal static partial nint X509_STORE_CTX_get0_cert(nint store);

    [LibraryImport(Crypto)]
    internal static partial void X509_STORE_CTX_set_error(nint store, int error);

    [LibraryImport(Ssl)]
    internal static partial void SSL_free(nint ssl);

    [LibraryImport(Ssl)]
    internal static partial void SSL_set_bio(nint ssl, nint read, nint write);

    [LibraryImport(Ssl)]
    internal static partial nint SSL_ctrl(nint ssl, int command, nint argument, nint pointer);

    [LibraryImport(Ssl)]
    internal static partial void SSL_set_accept_state(nint ssl);

    [LibraryImport(Ssl)]
    internal static partial void SSL_set_connect_state(nint ssl);

    [LibraryImport(Ssl)]
    internal static partial int SSL_do_handshake(nint ssl);

    [LibraryImport(Ssl)]
    internal static partial int SSL_get_error(nint ssl, int result);

    /// <summary>1 if bytes of a datagram that was taken from the BIO are not processed yet.</summary>
    [LibraryImport(Ssl)]
    internal static partial int SSL_has_pending(nint ssl);

    [LibraryImport(Ssl)]
    internal static partial int SSL_read(nint ssl, byte* buffer, int length);

    [LibraryImport(Ssl)]
    internal static partial int SSL_write(nint ssl, byte* buffer, int length);

    [LibraryImport(Ssl)]
    internal static partial int SSL_shutdown(nint ssl);

    [LibraryImport(Ssl)]
    internal static partial void DTLS_set_timer_cb(nint ssl, delegate* unmanaged[Cdecl]<nint, uint, uint> callback);

    [LibraryImport(Ssl)]
    internal static partial nint SSL_get1_peer_certificate(nint ssl);

    [LibraryImport(Ssl)]
    internal static partial nint SSL_get_selected_srtp_profile(nint ssl);

    [LibraryImport(Ssl)]
    internal static partial int SSL_export_keying_material(
        nint ssl, byte* output, nint outputLength, byte* label, nint labelLength, byte* context, nint contextLength, int useContext);

    [LibraryImport(Crypto)]
    internal static partial nint BIO_s_mem();

    [LibraryImport(Crypto)]
    internal static partial nint BIO_new(nint method);

    [LibraryImport(Crypto)]
    internal static partial nint BIO_ctrl(nint bio, int command, nint argument, nint pointer);

    [LibraryImport(Crypto)]
    internal static partial int BIO_read(nint bio, byte* buffer, int length);

    [LibraryImport(Crypto)]
    internal static partial int BIO_write(nint bio, byte* buffer, int length);

    [LibraryImport(Crypto)]
    internal static partial int i2d_X509(nint certificate, byte** output);

    [LibraryImport(Crypto)]
    internal static partial void X509_free(nint certificate);

    [LibraryImport(Crypto)]
    internal static partial void ERR_clear_error();

    [LibraryImport(Crypto)]
    internal static partial nuint ERR_get_error();

    [LibraryImport(Crypto)]
    internal static partial void ERR_error_string_n(nuint error, byte* buffer, nint length);

    [LibraryImport(Crypto)]
    internal static partial nint EVP_CIPHER_CTX_new();

    [LibraryImport(Crypto)]
    internal static partial void EVP_CIPHER_CTX_free(nint context);

    [LibraryImport(Crypto)]
    internal static partial nint EVP_aes_128_gcm();

    [LibraryImport(Crypto)]
    internal static partial nint EVP_aes_128_ctr();

    [SuppressGCTransition]
    [LibraryImport(Crypto)]
    internal static partial int EVP_CipherInit_ex(nint context, nint cipher, nint engine, byte* key, byte* iv, int encrypt);

    [LibraryImport(Crypto)]
    [SuppressGCTransition]
    internal static partial int EVP_CipherUpdate(nint context, byte* output, int* outputLength, byte* input, int inputLength);

    [SuppressGCTransition]
    [LibraryImport(Crypto)]
    internal static partial int EVP_CipherFinal_ex(nint context, byte* output, int* outputLength);

    [SuppressGCTransition]
    [LibraryImport(Crypto)]
    internal static partial int EVP_CIPHER_CTX_ctrl(nint context, int type, int argument, void* pointer);

    [LibraryImport(Crypto)]
    internal static partial nint EVP_sha1();

    [LibraryImport(Crypto)]
    internal static partial nint HMAC_CTX_new();

    [LibraryImport(Crypto)]
    internal static partial void HMAC_CTX_free(nint context);

    [SuppressGCTransition]
    [LibraryImport(Crypto)]
    internal static partial int HMAC_Init_ex(nint context, byte* key, int keyLength, nint digest, nint engine);

    [SuppressGCTransition]
    [LibraryImport(Crypto)]
    internal static partial int HMAC_Update(nint context, byte* data, nint length);

    [SuppressGCTransition]
    [LibraryImport(Crypto)]
    internal static partial int HMAC_Final(nint context, byte* output, uint* outputLength);

    internal static string LastError()
    {
        nuint error = ERR_get_error();
        if (error == 0)
        {
            return "no details";
        }

        byte* buffer = stackalloc byte[256];
        ERR_error_string_n(error, buffer, 256);
        return Marshal.PtrToStringUTF8((nint)buffer) ?? "no details";
    }

    /// <summary>
    /// Takes the place of a chain of authorities: the certificate must be the one of the session description, nothing else about it matters. During the handshake the
    /// peer can still be told (RFC 8122 section 6.2 asks for bad_certificate).
    /// </summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    internal static int VerifyFingerprint(nint store, nint argument)
    {
        nint ssl = X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx());
        nint owner = ssl == 0 ? 0 : SSL_get_ex_data(ssl, ApplicationData);
        bool isRight = owner != 0 && GCHandle.FromIntPtr(owner).Target is OpenSslDtlsTransport transport && transport.IsPeer(X509_STORE_CTX_get0_cert(store));
        X509_STORE_CTX_set_error(store, isRight ? VerifyOk : CertificateRejected);
        return isRight ? 1 : 0;
    }

    /// <summary>An hour: OpenSSL's own timer, which reads the wall clock, must never fire (see <see cref="OpenSslDtlsTransport"/>).</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    internal static uint NeverExpire(nint ssl, uint previous) => 3_600_000_000;

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? path)
    {
        string[] candidates = name switch
        {
            Ssl => ["libssl.so.3", "libssl.3.dylib", "libssl-3-x64.dll", "libssl-3-arm64.dll"],
            Crypto => ["libcrypto.so.3", "libcrypto.3.dylib", "libcrypto-3-x64.dll", "libcrypto-3-arm64.dll"],
            _ => [],
        };

        foreach (string candidate in candidates)
        {
            if (NativeLibrary.TryLoad(candidate, assembly, path, out nint handle))
            {
                return handle;
            }
        }

        return 0;
    }
}
