namespace Nsn.WebRtc.Sctp;

/// <summary>A message on its way out. Objects are reused by <see cref="SctpAssociation"/>.</summary>
internal sealed class OutgoingMessage
{
    /// <summary>The whole message; stays untouched until every fragment is acknowledged.</summary>
    public ReadOnlyMemory<byte> Payload { get; set; }

    /// <summary>The pooled copy behind <see cref="Payload"/>, where one was made.</summary>
    public byte[]? Rented { get; set; }

    public ushort StreamId { get; set; }

    /// <summary>Stream sequence number, given when the first fragment is sent.</summary>
    public ushort StreamSequence { get; set; }

    public uint PayloadProtocolId { get; set; }

    public bool Unordered { get; set; }

    public int MaxRetransmits { get; set; }

    /// <summary>From then on the message is no longer sent or repeated.</summary>
    public TimeSpan ExpiresAt { get; set; }

    /// <summary>Bytes that have been sent at least once.</summary>
    public int Sent { get; set; }

    /// <summary>Fragments that still have a place among the outstanding chunks.</summary>
    public int Fragments { get; set; }

    public bool Abandoned { get; set; }

    public bool IsPartiallyReliable => MaxRetransmits != int.MaxValue || ExpiresAt != TimeSpan.MaxValue;
}
