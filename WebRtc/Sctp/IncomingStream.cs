namespace Nsn.WebRtc.Sctp;

/// <summary>The peer's half of a stream: which ordered message is next, and those that came before their turn.</summary>
internal sealed class IncomingStream
{
    public ushort NextSequence { get; set; }

    /// <summary>Messages that wait for earlier ones, by stream sequence number.</summary>
    public Dictionary<ushort, CompleteMessage>? Early { get; set; }
}
