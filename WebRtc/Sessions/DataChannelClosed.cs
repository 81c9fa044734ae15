using Nsn.WebRtc.DataChannels;

namespace Nsn.WebRtc.Sessions;

/// <summary>A channel is over.</summary>
/// <param name="Channel">The channel.</param>
public sealed record DataChannelClosed(DataChannel Channel) : SessionEvent;
