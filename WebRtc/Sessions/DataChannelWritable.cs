using Nsn.WebRtc.DataChannels;

namespace Nsn.WebRtc.Sessions;

/// <summary>A channel whose buffer was full, or above its threshold, takes messages again.</summary>
/// <param name="Channel">The channel.</param>
public sealed record DataChannelWritable(DataChannel Channel) : SessionEvent;
