using Nsn.WebRtc.DataChannels;

namespace Nsn.WebRtc.Sessions;

/// <summary>A whole message came on a channel.</summary>
/// <param name="Channel">The channel.</param>
/// <param name="Data">Its bytes; they are the receiver's.</param>
/// <param name="IsText">True if it is UTF-8 text (not checked).</param>
public sealed record DataChannelMessage(DataChannel Channel, ReadOnlyMemory<byte> Data, bool IsText) : SessionEvent;
