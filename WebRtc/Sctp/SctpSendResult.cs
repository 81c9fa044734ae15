namespace Nsn.WebRtc.Sctp;

/// <summary>What became of a message given to <see cref="SctpAssociation.Send(ushort, uint, ReadOnlyMemory{byte}, SctpSendOptions, TimeSpan)"/>.</summary>
public enum SctpSendResult
{
    /// <summary>It waits for its turn.</summary>
    Queued,

    /// <summary>Too much waits already; try again after <see cref="SctpEventKind.BufferedAmountLow"/>.</summary>
    BufferFull,

    /// <summary>It is larger than the peer accepts.</summary>
    MessageTooLarge,

    /// <summary>It has no bytes, which SCTP cannot express.</summary>
    Empty,

    /// <summary>The stream is being reset, or its number is above what was negotiated.</summary>
    StreamUnavailable,

    /// <summary>The association is ending or over.</summary>
    Closed,
}
