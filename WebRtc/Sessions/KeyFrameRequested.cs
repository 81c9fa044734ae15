namespace Nsn.WebRtc.Sessions;

/// <summary>The peer's decoder needs a key frame (PLI or FIR, RFC 4585 and 5104); at most one in 300 ms.</summary>
public sealed record KeyFrameRequested : SessionEvent;
