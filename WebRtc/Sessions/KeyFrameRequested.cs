namespace Nsn.WebRtc.Sessions;

/// <summary>
/// The peer needs a key frame: its decoder says so (PLI or FIR, RFC 4585 and 5104; at most one in 300 ms), its path moved after what had gone to the old one was lost, or it
/// cannot be sent anything else.
/// </summary>
/// <param name="IsForLeftOutFrames">
/// True if frames were left out on our side, because the link was too slow for them or because there was no key frame yet; at most one a second. A group of pictures
/// that is there already does not help then.
/// </param>
public sealed record KeyFrameRequested(bool IsForLeftOutFrames = false) : SessionEvent;
