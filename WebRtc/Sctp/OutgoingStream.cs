namespace Nsn.WebRtc.Sctp;

/// <summary>Our half of a stream: what waits on it.</summary>
internal sealed class OutgoingStream(ushort id)
{
    public ushort Id { get; } = id;

    public Queue<OutgoingMessage> Waiting { get; } = new();

    public ushort NextSequence { get; set; }

    /// <summary>Bytes accepted and not sent yet.</summary>
    public int BufferedAmount { get; set; }

    /// <summary>At or below this, <see cref="SctpEventKind.BufferedAmountLow"/> is due.</summary>
    public int LowThreshold { get; set; }

    /// <summary>Whether the stream has a place in the sending order.</summary>
    public bool Scheduled { get; set; }

    public OutgoingReset Reset { get; set; }
}

/// <summary>How far the reset of an outgoing stream is.</summary>
internal enum OutgoingReset
{
    None,
    Wanted,
    Requested,
}
