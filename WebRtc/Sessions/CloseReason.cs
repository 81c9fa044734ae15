namespace Nsn.WebRtc.Sessions;

/// <summary>Why a session ended; shows up in metrics.</summary>
public enum CloseReason
{
    /// <summary>We closed it (DELETE, shutdown).</summary>
    Local,

    /// <summary>The peer said close_notify, or ended the data channels of a session that was for nothing else.</summary>
    Peer,

    /// <summary>No connectivity check for 30 s (RFC 7675).</summary>
    ConsentExpired,

    /// <summary>The DTLS handshake failed, or the fingerprint was wrong.</summary>
    DtlsFailed,

    /// <summary>The data channel association failed.</summary>
    SctpFailed,

    /// <summary>A handler of ours threw, or the session itself did: a mistake in this program, not of the peer.</summary>
    Failed,
}
