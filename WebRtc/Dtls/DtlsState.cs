namespace Nsn.WebRtc.Dtls;

/// <summary>How far a DTLS association is.</summary>
public enum DtlsState
{
    /// <summary>The handshake goes on.</summary>
    Handshaking,

    /// <summary>Keys are there and the peer's certificate has the fingerprint of its session description.</summary>
    Connected,

    /// <summary>The peer said close_notify, or we did.</summary>
    Closed,

    /// <summary>The handshake failed, or the fingerprint was wrong.</summary>
    Failed,
}
