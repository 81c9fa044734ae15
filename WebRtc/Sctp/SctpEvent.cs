namespace Nsn.WebRtc.Sctp;

/// <summary>Something that the owner of an association should know.</summary>
public readonly struct SctpEvent
{
    /// <summary>What happened.</summary>
    public required SctpEventKind Kind { get; init; }

    /// <summary>The stream it happened on, where it happened on one.</summary>
    public ushort StreamId { get; init; }

    /// <summary>Payload protocol identifier of a message (RFC 8831 section 8).</summary>
    public uint PayloadProtocolId { get; init; }

    /// <summary>Whether a message was sent unordered.</summary>
    public bool Unordered { get; init; }

    /// <summary>A message's bytes. They are good until the next <see cref="SctpAssociation.TryPollEvent"/>; copy what you keep.</summary>
    public ReadOnlyMemory<byte> Payload { get; init; }

    /// <summary>Why the association ended.</summary>
    public SctpCloseReason CloseReason { get; init; }

    /// <summary>The pooled array behind <see cref="Payload"/>.</summary>
    internal byte[]? Buffer { get; init; }

    /// <summary>What the message takes of the receive window until it is read.</summary>
    internal int Charge { get; init; }
}
