using Nsn.WebRtc.Rtp;

namespace Nsn.WebRtc.Media;

/// <summary>
/// An encoded frame, cut into RTP payloads once for all viewers. Immutable and shared: sessions write their own headers around the payloads and keep
/// references for retransmission.
/// </summary>
public sealed class MediaFrame
{
    /// <summary>Largest payload, bytes: 1,200 minus RTP header, extensions, RTX's two bytes and the authentication tag.</summary>
    public const int PayloadMax = 1_146;

    /// <summary>Largest frame that is taken, bytes.</summary>
    public const int FrameMax = 2 * 1_024 * 1_024;

    private readonly ReadOnlyMemory<byte> _buffer;
    private readonly int[] _ends;

    private MediaFrame(MediaCodec codec, uint timestamp, bool isKeyFrame, ReadOnlyMemory<byte> buffer, int[] ends)
    {
        Codec = codec;
        Timestamp = timestamp;
        IsKeyFrame = isKeyFrame;
        _buffer = buffer;
        _ends = ends;
    }

    /// <summary>The codec.</summary>
    public MediaCodec Codec { get; }

    /// <summary>The source's timestamp in the codec's clock (90 kHz for video, 48 kHz for audio).</summary>
    public uint Timestamp { get; }

    /// <summary>True if decoding can start here; always true for audio.</summary>
    public bool IsKeyFrame { get; }

    /// <summary>Which encoding of a simulcast this is, 0 the smallest.</summary>
    public int Encoding { get; init; }

    /// <summary>When the frame belongs on the source's time line, on the server's monotonic clock; for lip sync.</summary>
    public TimeSpan CaptureTime { get; init; }

    /// <summary>How many packets it takes.</summary>
    public int PacketCount => _ends.Length;

    /// <summary>All payloads together, bytes.</summary>
    public int Length => _buffer.Length;

    /// <summary>Cuts an encoded frame into payloads.</summary>
    /// <param name="codec">The codec.</param>
    /// <param name="frame">The encoded frame: a VP8 or VP9 frame, an H.264 access unit in Annex B form, or an Opus packet.</param>
    /// <param name="timestamp">In the codec's clock.</param>
    /// <param name="isKeyFrame">True if decoding can start here.</param>
    /// <param name="encoding">Which encoding of a simulcast.</param>
    /// <param name="captureTime">See <see cref="CaptureTime"/>.</param>
    /// <exception cref="ArgumentException">The frame is empty or longer than <see cref="FrameMax"/>.</exception>
    public static MediaFrame Create(
        MediaCodec codec, ReadOnlySpan<byte> frame, uint timestamp, bool isKeyFrame, int encoding = 0, TimeSpan captureTime = default)
    {
        if (frame.IsEmpty || frame.Length > FrameMax)
        {
            throw new ArgumentException($"A frame has 1 to {FrameMax} bytes, this one has {frame.Length}.", nameof(frame));
        }

        PayloadBuilder builder = new(frame.Length);
        switch (codec)
        {
            case MediaCodec.Opus:
                builder.Begin(frame.Length);
                builder.Append(frame);
                break;
            case MediaCodec.Vp8:
                Vp8Payload.Packetize(frame, builder);
                break;
            case MediaCodec.Vp9:
                Vp9Payload.Packetize(frame, isKeyFrame, builder);
                break;
            default:
                H264Payload.Packetize(frame, builder);
                break;
        }

        return new MediaFrame(codec, timestamp, isKeyFrame || codec == MediaCodec.Opus, builder.Buffer, builder.Ends)
        {
            Encoding = encoding,
            CaptureTime = captureTime,
        };
    }

    /// <summary>A packet's payload.</summary>
    public ReadOnlySpan<byte> Payload(int index)
    {
        int start = index == 0 ? 0 : _ends[index - 1];
        return _buffer.Span.Slice(start, _ends[index] - start);
    }
}
