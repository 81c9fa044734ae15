namespace Nsn.WebRtc.DataChannels;

/// <summary>Life of a data channel (<c>RTCDataChannelState</c>).</summary>
public enum DataChannelState
{
    /// <summary>Announced, or waiting for the association. Messages may be queued already.</summary>
    Connecting,

    /// <summary>In use.</summary>
    Open,

    /// <summary>One side has closed it; what was queued is still being sent.</summary>
    Closing,

    /// <summary>Over.</summary>
    Closed,
}
