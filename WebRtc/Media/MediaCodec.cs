namespace Nsn.WebRtc.Media;

/// <summary>The codecs that are packetised.</summary>
public enum MediaCodec
{
    /// <summary>Opus, 48 kHz (RFC 7587).</summary>
    Opus,

    /// <summary>VP8 (RFC 7741).</summary>
    Vp8,

    /// <summary>VP9 (RFC 9628).</summary>
    Vp9,

    /// <summary>H.264 in Annex B form, packetization mode 1 (RFC 6184).</summary>
    H264,
}
