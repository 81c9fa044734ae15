namespace Nsn.WebRtc.Sessions;

/// <summary>DTLS is up and the peer is who its description said: media may be sent.</summary>
public sealed record SessionConnected : SessionEvent;
