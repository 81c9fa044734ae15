namespace Nsn.WebRtc.Dtls;

/// <summary>OpenSSL's settings with our certificate, shared by all associations.</summary>
internal sealed unsafe class DtlsContext : IDisposable
{
    private const string Ciphers =
        "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-CHACHA20-POLY1305";

    public DtlsContext(byte[] certificate, byte[] privateKey)
    {
        Handle = Create("SRTP_AEAD_AES_128_GCM:SRTP_AES128_CM_SHA1_80", certificate, privateKey);
        LegacyHandle = Create("SRTP_AES128_CM_SHA1_80", certificate, privateKey);
    }

    public nint Handle { get; private set; }

    /// <summary>Offers AES128_CM_HMAC_SHA1_80 alone; for peers that fail with GCM, and for tests.</summary>
    public nint LegacyHandle { get; private set; }

    public void Dispose()
    {
        LibSsl.SSL_CTX_free(Handle);
        LibSsl.SSL_CTX_free(LegacyHandle);
        Handle = LegacyHandle = 0;
    }

    private static nint Create(string profiles, byte[] certificate, byte[] privateKey)
    {
        LibSsl.ERR_clear_error();
        nint context = LibSsl.SSL_CTX_new(LibSsl.DTLS_method());
        fixed (byte* certificateBytes = certificate, keyBytes = privateKey)
        {
            bool ok = context != 0
                && LibSsl.SSL_CTX_ctrl(context, LibSsl.CtrlSetMinProtocol, LibSsl.Dtls12, 0) == 1
                && LibSsl.SSL_CTX_set_cipher_list(context, Ciphers) == 1
                && LibSsl.SSL_CTX_set_tlsext_use_srtp(context, profiles) == 0
                && LibSsl.SSL_CTX_use_certificate_ASN1(context, certificate.Length, certificateBytes) == 1
                && LibSsl.SSL_CTX_use_PrivateKey_ASN1(LibSsl.EvpPkeyEc, context, keyBytes, privateKey.Length) == 1;
            if (!ok)
            {
                throw new InvalidOperationException("OpenSSL 3 refused the DTLS settings: " + LibSsl.LastError());
            }
        }

        LibSsl.SSL_CTX_set_options(context, LibSsl.OptionNoQueryMtu | LibSsl.OptionNoTicket | LibSsl.OptionNoRenegotiation);
        LibSsl.SSL_CTX_set_verify(context, LibSsl.VerifyPeer | LibSsl.VerifyFailIfNoPeerCertificate, 0);
        LibSsl.SSL_CTX_set_cert_verify_callback(context, &LibSsl.VerifyFingerprint, 0);
        return context;
    }
}
