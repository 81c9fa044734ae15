namespace Nsn.Media;

/// <summary>What a WebM file says about its two tracks.</summary>
public sealed record WebMTracks
{
    /// <summary>Number of the video track.</summary>
    public const int VideoTrack = 1;

    /// <summary>Number of the sound track.</summary>
    public const int AudioTrack = 2;

    /// <summary>Codec of the picture.</summary>
    public required VideoCodec Codec { get; init; }

    /// <summary>Width in pixels.</summary>
    public required int Width { get; init; }

    /// <summary>Height in pixels.</summary>
    public required int Height { get; init; }

    /// <summary>Frames per second, 0 when the file does not say.</summary>
    public required int FramesPerSecond { get; init; }

    /// <summary>The <c>OpusHead</c> packet (RFC 7845, section 5.1).</summary>
    public required ReadOnlyMemory<byte> OpusHead { get; init; }

    /// <summary>Samples at 48 kHz that a decoder drops at the start (<c>OpusHead</c>, bytes 10 and 11).</summary>
    public int PreSkip => OpusHead.Length >= 12 ? OpusHead.Span[10] | (OpusHead.Span[11] << 8) : 0;
}
