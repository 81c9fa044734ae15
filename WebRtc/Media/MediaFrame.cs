using Nsn.WebRtc.Rtp;

namespace Nsn.WebRtc.Media;

/// <summary>
/// An encoded frame, cut into RTP payloads once for all viewers. Immutable and shared: sessions write their own headers around the payloads and keep
/// references for retransmission.
/// </summary>
/// <remarks>
/// A frame of <see cref="Create"/> belongs to the collector. One of a <see cref="MediaFramePool"/> counts who holds it and is used again when nobody does; it never
/// leaves the library.
/// </remarks>
public sealed class MediaFrame
{
    /// <summary>Largest payload, bytes: 1,200 minus RTP header, extensions, RTX's two bytes and the authentication tag.</summary>
    public const int PayloadMax = 1_146;

    /// <summary>Largest frame that is taken, bytes.</summary>
    public const int FrameMax = 2 * 1_024 * 1_024;

    private readonly MediaFramePool? _pool;
    private readonly PayloadBuilder _payloads;
    private int _holders;

    internal MediaFrame(MediaFramePool? pool)
    {
        _pool = pool;
        _payloads = new PayloadBuilder(isShared: pool is not null);
    }

    /// <summary>The codec.</summary>
    public MediaCodec Codec { get; private set; }

    /// <summary>The source's timestamp in the codec's clock (90 kHz for video, 48 kHz for audio).</summary>
    public uint Timestamp { get; private set; }

    /// <summary>True if decoding can start here; always true for audio.</summary>
    public bool IsKeyFrame { get; private set; }

    /// <summary>Which encoding of a simulcast this is, 0 the smallest.</summary>
    public int Encoding { get; private set; }

    /// <summary>When the frame belongs on the source's time line, on the server's monotonic clock; for lip sync.</summary>
    public TimeSpan CaptureTime { get; private set; }

    /// <summary>How many packets it takes.</summary>
    public int PacketCount => _payloads.Count;

    /// <summary>All payloads together, bytes.</summary>
    public int Length => _payloads.Length;

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
        ThrowIfNoFrame(frame);
        MediaFrame result = new(pool: null);
        result.Fill(codec, frame, timestamp, isKeyFrame, encoding, captureTime);
        return result;
    }

    /// <summary>A packet's payload.</summary>
    public ReadOnlySpan<byte> Payload(int index) => _payloads[index];

    internal static void ThrowIfNoFrame(ReadOnlySpan<byte> frame)
    {
        if (frame.IsEmpty || frame.Length > FrameMax)
        {
            throw new ArgumentException($"A frame has 1 to {FrameMax} bytes, this one has {frame.Length}.", nameof(frame));
        }
    }

    /// <summary>Makes this object another frame; whoever calls is its one holder.</summary>
    internal void Fill(MediaCodec codec, ReadOnlySpan<byte> frame, uint timestamp, bool isKeyFrame, int encoding, TimeSpan captureTime)
    {
        Codec = codec;
        Timestamp = timestamp;
        IsKeyFrame = isKeyFrame || codec == MediaCodec.Opus;
        Encoding = encoding;
        CaptureTime = captureTime;
        Volatile.Write(ref _holders, 1);
        _payloads.Start(frame.Length);
        switch (codec)
        {
            case MediaCodec.Opus:
                _payloads.Begin(frame.Length);
                _payloads.Append(frame);
                break;
            case MediaCodec.Vp8:
                Vp8Payload.Packetize(frame, _payloads);
                break;
            case MediaCodec.Vp9:
                Vp9Payload.Packetize(frame, isKeyFrame, _payloads);
                break;
            default:
                H264Payload.Packetize(frame, _payloads);
                break;
        }

        _payloads.Finish();
    }

    /// <summary>One more holder; only a holder may call it.</summary>
    internal void Hold()
    {
        if (_pool is not null && Interlocked.Increment(ref _holders) <= 1)
        {
            throw new InvalidOperationException("A frame that nobody held was held again.");
        }
    }

    /// <summary>One holder less; the last one gives it back to its pool.</summary>
    internal void Release()
    {
        if (_pool is null)
        {
            return;
        }

        int left = Interlocked.Decrement(ref _holders);
        if (left < 0)
        {
            throw new InvalidOperationException("A frame was released once too often.");
        }

        if (left == 0)
        {
            _payloads.Clear();
            _pool.Return(this);
        }
    }
}
