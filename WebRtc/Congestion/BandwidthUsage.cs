namespace Nsn.WebRtc.Congestion;

/// <summary>Whether the way to the peer carries what we send.</summary>
internal enum BandwidthUsage
{
    /// <summary>Delays stay as they are.</summary>
    Normal,

    /// <summary>A queue drains.</summary>
    Under,

    /// <summary>A queue grows.</summary>
    Over,
}
