using Nsn.WebRtc.Media;

namespace Nsn.WebRtc.Sessions;

/// <summary>The peer sent a whole frame.</summary>
/// <param name="Frame">The frame.</param>
public sealed record FrameReceived(ReceivedFrame Frame) : SessionEvent;
