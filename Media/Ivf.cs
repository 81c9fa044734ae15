using System.Buffers;
using System.Buffers.Binary;

namespace Nsn.Media;

/// <summary>IVF, the plain container in which <c>ffmpeg</c> hands over VP8 and VP9 frames: 32 bytes of header, then 12 bytes before each frame.</summary>
internal static class Ivf
{
    public const int HeaderLength = 32;
    public const int FrameHeaderLength = 12;
    private const int FrameLengthMax = 16 << 20;

    /// <summary>Takes the next frame off <paramref name="buffer"/>; false when it is not complete yet.</summary>
    /// <exception cref="InvalidDataException">The encoder wrote nonsense.</exception>
    public static bool TryReadFrame(ref ReadOnlySequence<byte> buffer, out byte[] frame)
    {
        frame = [];
        if (buffer.Length < FrameHeaderLength)
            return false;
        Span<byte> header = stackalloc byte[FrameHeaderLength];
        buffer.Slice(0, FrameHeaderLength).CopyTo(header);
        var length = BinaryPrimitives.ReadUInt32LittleEndian(header);
        if (length > FrameLengthMax)
            throw new InvalidDataException($"An IVF frame claims {length} bytes.");
        if (buffer.Length < FrameHeaderLength + length)
            return false;
        frame = buffer.Slice(FrameHeaderLength, length).ToArray();
        buffer = buffer.Slice(FrameHeaderLength + length);
        return true;
    }

    /// <summary>An IVF file of the given frames, numbered from 0.</summary>
    public static byte[] Write(VideoCodec codec, int width, int height, int framesPerSecond, IReadOnlyList<EncodedFrame> frames)
    {
        var bytes = new byte[HeaderLength + frames.Sum(frame => FrameHeaderLength + frame.Data.Length)];
        var span = bytes.AsSpan();
        "DKIF"u8.CopyTo(span);
        BinaryPrimitives.WriteUInt16LittleEndian(span[6..], HeaderLength);
        (codec == VideoCodec.Vp9 ? "VP90"u8 : "VP80"u8).CopyTo(span[8..]);
        BinaryPrimitives.WriteUInt16LittleEndian(span[12..], (ushort)width);
        BinaryPrimitives.WriteUInt16LittleEndian(span[14..], (ushort)height);
        BinaryPrimitives.WriteUInt32LittleEndian(span[16..], (uint)framesPerSecond);
        BinaryPrimitives.WriteUInt32LittleEndian(span[20..], 1);
        BinaryPrimitives.WriteUInt32LittleEndian(span[24..], (uint)frames.Count);
        span = span[HeaderLength..];
        for (var i = 0; i < frames.Count; i++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(span, (uint)frames[i].Data.Length);
            BinaryPrimitives.WriteUInt64LittleEndian(span[4..], (ulong)i);
            frames[i].Data.Span.CopyTo(span[FrameHeaderLength..]);
            span = span[(FrameHeaderLength + frames[i].Data.Length)..];
        }

        return bytes;
    }
}
