namespace Nsn.WebRtc.Sctp;

/// <summary>What became of a packet from the peer.</summary>
public enum SctpHandleResult
{
    /// <summary>It was taken, as a whole or up to a chunk that stops processing.</summary>
    Handled,

    /// <summary>Shorter than a header, or a chunk's length does not fit.</summary>
    Malformed,

    /// <summary>The checksum is wrong, or zero where it must not be.</summary>
    BadChecksum,

    /// <summary>Not our ports.</summary>
    BadPort,

    /// <summary>Not our verification tag: late, forged or of an older association.</summary>
    BadVerificationTag,

    /// <summary>The association is over.</summary>
    Closed,
}
