using Nsn.WebRtc.Sctp;

namespace Nsn.WebRtc.DataChannels;

/// <summary>Something that happened on the data channels of a session.</summary>
public readonly struct DataChannelEvent
{
    /// <summary>What happened.</summary>
    public required DataChannelEventKind Kind { get; init; }

    /// <summary>The channel, except for <see cref="DataChannelEventKind.Connected"/> and <see cref="DataChannelEventKind.Disconnected"/>.</summary>
    public DataChannel? Channel { get; init; }

    /// <summary>A message's bytes, good until the next <see cref="DataChannelEndpoint.TryPollEvent"/>; copy what you keep.</summary>
    public ReadOnlyMemory<byte> Payload { get; init; }

    /// <summary>Whether the message is UTF-8 text (not checked).</summary>
    public bool IsText { get; init; }

    /// <summary>Why the association ended.</summary>
    public SctpCloseReason CloseReason { get; init; }
}
