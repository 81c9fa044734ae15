namespace Nsn.WebRtc.Sctp;

/// <summary>Kinds of <see cref="SctpEvent"/>.</summary>
public enum SctpEventKind
{
    /// <summary>The handshake is done.</summary>
    Established,

    /// <summary>A whole message came in.</summary>
    Message,

    /// <summary>The peer reset its outgoing half of a stream: it sends nothing more on it.</summary>
    IncomingStreamReset,

    /// <summary>The peer confirmed the reset of our half of a stream; its number may be used again.</summary>
    OutgoingStreamReset,

    /// <summary>What waits on a stream has fallen to its threshold.</summary>
    BufferedAmountLow,

    /// <summary>The association is over.</summary>
    Closed,
}
