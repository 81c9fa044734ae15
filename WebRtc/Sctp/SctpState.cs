namespace Nsn.WebRtc.Sctp;

/// <summary>Life of an association (RFC 9260 section 4).</summary>
public enum SctpState
{
    /// <summary>Nothing sent yet, or over.</summary>
    Closed,

    /// <summary>INIT sent.</summary>
    CookieWait,

    /// <summary>COOKIE ECHO sent.</summary>
    CookieEchoed,

    /// <summary>Data flows.</summary>
    Established,

    /// <summary>We want to end; what was accepted for sending is still being delivered.</summary>
    ShutdownPending,

    /// <summary>SHUTDOWN sent.</summary>
    ShutdownSent,

    /// <summary>The peer wants to end; what was accepted for sending is still being delivered.</summary>
    ShutdownReceived,

    /// <summary>SHUTDOWN ACK sent.</summary>
    ShutdownAckSent,
}
