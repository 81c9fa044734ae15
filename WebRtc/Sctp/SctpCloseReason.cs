namespace Nsn.WebRtc.Sctp;

/// <summary>Why an association ended.</summary>
public enum SctpCloseReason
{
    /// <summary>It has not.</summary>
    None,

    /// <summary>Both sides agreed (SHUTDOWN).</summary>
    Shutdown,

    /// <summary>We called <see cref="SctpAssociation.Abort"/>.</summary>
    LocalAbort,

    /// <summary>The peer sent ABORT.</summary>
    RemoteAbort,

    /// <summary>The peer did not answer INIT or COOKIE ECHO.</summary>
    HandshakeTimeout,

    /// <summary>The peer stopped acknowledging.</summary>
    PeerUnreachable,

    /// <summary>The peer started anew; inside one DTLS session that is an error.</summary>
    PeerRestarted,

    /// <summary>The peer broke the protocol, for instance with fragments that do not fit together.</summary>
    ProtocolViolation,

    /// <summary>The peer sent a message larger than <see cref="SctpOptions.MaxMessageSize"/>.</summary>
    MessageTooLarge,
}
