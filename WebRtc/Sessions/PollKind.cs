namespace Nsn.WebRtc.Sessions;

/// <summary>What <see cref="WebRtcSession.Poll"/> gave.</summary>
public enum PollKind
{
    /// <summary>Nothing more now; call again after input, or at the deadline after <see cref="WebRtcSession.HandleTimeout"/>.</summary>
    Idle,

    /// <summary>A datagram to send.</summary>
    Datagram,

    /// <summary>Something for the owner.</summary>
    Event,
}
