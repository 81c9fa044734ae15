namespace Nsn.WebRtc.Media;

/// <summary>Facts about the codecs.</summary>
public static class MediaCodecExtensions
{
    /// <summary>The RTP clock, hertz.</summary>
    public static int ClockRate(this MediaCodec codec) => codec == MediaCodec.Opus ? 48_000 : 90_000;

    /// <summary>True for pictures.</summary>
    public static bool IsVideo(this MediaCodec codec) => codec != MediaCodec.Opus;

    /// <summary>The name in an rtpmap.</summary>
    public static string SdpName(this MediaCodec codec) => codec switch
    {
        MediaCodec.Opus => "opus",
        MediaCodec.Vp8 => "VP8",
        MediaCodec.Vp9 => "VP9",
        _ => "H264",
    };
}
