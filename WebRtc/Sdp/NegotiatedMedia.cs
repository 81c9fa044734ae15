using Nsn.WebRtc.Media;
using Nsn.WebRtc.Rtp;

namespace Nsn.WebRtc.Sdp;

/// <summary>What both sides agreed on for one media description.</summary>
internal sealed class NegotiatedMedia
{
    public required string Mid { get; init; }

    /// <summary>audio, video or application.</summary>
    public required string Kind { get; init; }

    public string Protocol { get; init; } = "UDP/TLS/RTP/SAVPF";

    /// <summary>True if we do not take part in it: port 0 in the answer.</summary>
    public bool IsRejected { get; init; }

    public IReadOnlyList<string> OfferedFormats { get; init; } = [];

    public MediaCodec Codec { get; init; }

    public RtpCodec? RtpCodec { get; init; }

    public RtpCodec? Rtx { get; init; }

    public RtpExtensionIds Extensions { get; init; } = new();

    public bool CanSend { get; set; }

    public bool CanReceive { get; set; }

    /// <summary>The peer never takes RTCP on a port of its own, and wants to hear the same of us (RFC 8858).</summary>
    public bool IsMuxOnly { get; init; }

    public bool SupportsNack { get; init; }

    public bool SupportsPictureLoss { get; init; }

    public bool SupportsTransportFeedback { get; init; }

    /// <summary>Our source.</summary>
    public uint Ssrc { get; init; }

    /// <summary>Our source for retransmissions, if RTX was negotiated.</summary>
    public uint RtxSsrc { get; init; }

    /// <summary>The peer's sources; retransmission sources map to the original.</summary>
    public Dictionary<uint, uint> RemoteRtxToPrimary { get; } = [];

    public List<uint> RemoteSsrcs { get; } = [];

    /// <summary>The encodings of a simulcast that the peer sends, in its order.</summary>
    public IReadOnlyList<string> RemoteRids { get; init; } = [];

    public int SctpPort { get; init; } = 5_000;

    /// <summary>The peer describes its data channels in the form that was used before RFC 8841: `DTLS/SCTP 5000` and `sctpmap`.</summary>
    public bool IsLegacySctp => IsApplication && Protocol == "DTLS/SCTP";

    public int RemoteMaxMessageSize { get; init; } = 65_536;

    public bool IsApplication => Kind == "application";
}
