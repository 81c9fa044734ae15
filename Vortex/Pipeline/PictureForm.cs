using Nsn.Media;

namespace Nsn.Vortex.Pipeline;

/// <summary>What a frame's own header says, beside what its container says of it: who joins at a segment sees what the verifier saw only if both agree.</summary>
internal static class PictureForm
{
    /// <summary>What is wrong with a frame, or null.</summary>
    public static string? Problem(VideoCodec codec, EncodedFrame frame, int width, int height)
    {
        var data = frame.Data.Span;
        if (data.IsEmpty)
            return "is empty.";
        var key = codec == VideoCodec.Vp9 ? (data[0] & 0x0C) == 0 : (data[0] & 1) == 0;
        if (key != frame.KeyFrame)
            return frame.KeyFrame ? "is said to be a key frame and is none." : "is a key frame and not said to be one.";
        if (!key)
            return null;
        var size = codec == VideoCodec.Vp9 ? SizeOfVp9(data) : SizeOfVp8(data);
        return size == (width, height) ? null : "is a key frame of another size than its track says.";
    }

    // RFC 6386, section 9.1: start code 9d 01 2a after the 3-byte frame tag, then 14 bits each of width and height.
    private static (int Width, int Height)? SizeOfVp8(ReadOnlySpan<byte> data) =>
        data.Length >= 10 && data[3] == 0x9D && data[4] == 0x01 && data[5] == 0x2A
            ? (data[6] | ((data[7] & 0x3F) << 8), data[8] | ((data[9] & 0x3F) << 8))
            : null;

    // VP9 bitstream specification, section 6.2, of profile 0: a byte of flags, start code 49 83 42, three bits of colour space and one of range
    // (sRGB, which is 7, has no range bit and is not for this profile), then 16 bits each of width and height, less one.
    private static (int Width, int Height)? SizeOfVp9(ReadOnlySpan<byte> data) =>
        data.Length >= 9 && (data[0] & 0xF0) == 0x80 && data[1] == 0x49 && data[2] == 0x83 && data[3] == 0x42 && data[4] >> 5 != 7
            ? (1 + (((data[4] & 15) << 12) | (data[5] << 4) | (data[6] >> 4)), 1 + (((data[6] & 15) << 12) | (data[7] << 4) | (data[8] >> 4)))
            : null;
}
