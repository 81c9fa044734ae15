namespace Nsn.WebRtc.Sessions;

/// <summary>How far a session is.</summary>
public enum SessionState
{
    /// <summary>Offer and answer, ICE and DTLS go on.</summary>
    Connecting,

    /// <summary>Media and data flow.</summary>
    Connected,

    /// <summary>Over; the session takes and gives nothing any more.</summary>
    Closed,
}
