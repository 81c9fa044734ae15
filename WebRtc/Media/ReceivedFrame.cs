namespace Nsn.WebRtc.Media;

/// <summary>An encoded frame that came from the peer.</summary>
/// <param name="Codec">The codec.</param>
/// <param name="Data">The encoded frame as an encoder would have given it.</param>
/// <param name="Timestamp">RTP timestamp in the codec's clock, wrapping.</param>
/// <param name="IsKeyFrame">True if decoding can start here; always true for audio.</param>
/// <param name="Encoding">Which encoding of a simulcast, in the order of the peer's description; 0 if there is one only.</param>
/// <param name="ReceivedAt">When its last packet came, on the session's monotonic clock.</param>
public sealed record ReceivedFrame(MediaCodec Codec, ReadOnlyMemory<byte> Data, uint Timestamp, bool IsKeyFrame, int Encoding, TimeSpan ReceivedAt)
{
    /// <summary>
    /// Where it belongs on the session's monotonic clock, the same for sound and picture of one moment: by the peer's sender reports, or, before the first one, by when
    /// its track's frames came without delay. A frame that came late because packets were repeated is not late here.
    /// </summary>
    public TimeSpan CaptureTime { get; init; } = ReceivedAt;
}
