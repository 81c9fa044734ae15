namespace Nsn.WebRtc.DataChannels;

/// <summary>Kinds of <see cref="DataChannelEvent"/>.</summary>
public enum DataChannelEventKind
{
    /// <summary>The association stands.</summary>
    Connected,

    /// <summary>A channel of the peer has come up, or one of ours was confirmed.</summary>
    Opened,

    /// <summary>A message.</summary>
    Message,

    /// <summary>What waits on a channel has fallen to its threshold.</summary>
    BufferedAmountLow,

    /// <summary>A channel is over.</summary>
    Closed,

    /// <summary>The association is over; every channel was closed before.</summary>
    Disconnected,
}
