namespace Nsn.Media;

/// <summary>One encoded picture or packet of sound.</summary>
/// <param name="TimestampMilliseconds">Time within the clip.</param>
/// <param name="KeyFrame">Decodable without others; always true for sound.</param>
/// <param name="Data">The codec's bytes.</param>
public readonly record struct EncodedFrame(long TimestampMilliseconds, bool KeyFrame, ReadOnlyMemory<byte> Data);
