using Nsn.WebRtc.Sctp;

namespace Nsn.WebRtc.DataChannels;

/// <summary>Settings of the data channels of one session.</summary>
public sealed class DataChannelOptions
{
    /// <summary>The association below.</summary>
    public SctpOptions Sctp { get; init; } = new();

    /// <summary>Channels that may exist at once, ours and the peer's; one too many is refused by closing it.</summary>
    public int MaxChannels { get; init; } = 256;

    /// <summary>Bytes of UTF-8 that label and protocol of a channel from the peer may have, each.</summary>
    public int MaxLabelLength { get; init; } = 1024;
}
