namespace Nsn.Media;

/// <summary>Codec of the picture.</summary>
public enum VideoCodec
{
    /// <summary>VP8 (RFC 6386), the default: every browser decodes it, also over WebRTC.</summary>
    Vp8,

    /// <summary>VP9 profile 0: smaller at the same quality, slower to encode.</summary>
    Vp9,
}
