namespace Nsn.WebRtc.Dtls;

/// <summary>Who sends the ClientHello (RFC 5763 section 5, the attribute `setup`).</summary>
public enum DtlsRole
{
    /// <summary>Waits: `setup:passive`.</summary>
    Server,

    /// <summary>Starts: `setup:active`.</summary>
    Client,
}
