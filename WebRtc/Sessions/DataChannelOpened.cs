using Nsn.WebRtc.DataChannels;

namespace Nsn.WebRtc.Sessions;

/// <summary>The peer opened a channel, or confirmed one of ours.</summary>
/// <param name="Channel">The channel.</param>
public sealed record DataChannelOpened(DataChannel Channel) : SessionEvent;
