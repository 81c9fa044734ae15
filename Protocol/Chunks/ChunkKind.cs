namespace Nsn.Protocol.Chunks;

/// <summary>What the segments of a clip are. The value is the byte in the chunk header.</summary>
public enum ChunkKind : byte
{
    /// <summary>Stand-alone WebM with VP8 and Opus: <c>video/webm; codecs="vp8,opus"</c>.</summary>
    WebmVp8Opus = 0,

    /// <summary>Stand-alone WebM with VP9 and Opus: <c>video/webm; codecs="vp9,opus"</c>.</summary>
    WebmVp9Opus = 1,

    /// <summary>WebVTT captions in UTF-8: <c>text/vtt</c>.</summary>
    WebVtt = 2,
}
