namespace Nsn.WebRtc.DataChannels;

/// <summary>How a channel delivers (the dictionary <c>RTCDataChannelInit</c> of browsers).</summary>
public sealed record DataChannelSettings
{
    /// <summary>Messages arrive in the order in which they were sent.</summary>
    public bool Ordered { get; init; } = true;

    /// <summary>Repetitions of a fragment before its message is given up; null for reliable. Not together with <see cref="MaxPacketLifetime"/>.</summary>
    public int? MaxRetransmits { get; init; }

    /// <summary>Time after which a message is given up; null for reliable. Whole milliseconds.</summary>
    public TimeSpan? MaxPacketLifetime { get; init; }

    /// <summary>Name of the protocol spoken on the channel.</summary>
    public string Protocol { get; init; } = "";

    /// <summary>Priority (RFC 8831 section 6.4): 128, 256, 512, 1024. Told to the peer; channels take turns all the same.</summary>
    public int Priority { get; init; } = 256;

    /// <summary>Stream number on which both sides agreed beforehand, so that nothing is announced; null for the usual announcement.</summary>
    public int? NegotiatedId { get; init; }
}
