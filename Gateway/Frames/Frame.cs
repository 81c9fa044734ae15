using System.Buffers.Binary;
using System.Text.Json;

namespace Nsn.Gateway.Frames;

/// <summary>Writes frames: u32 little-endian length of what follows, one byte of type, body.</summary>
internal static class Frame
{
    /// <summary>Bytes before the body.</summary>
    public const int HeaderLength = 5;

    /// <summary>Largest length field: a chunk of 256 KiB with header and proof.</summary>
    public const int LengthMax = (256 + 4) * 1024;

    /// <summary>A frame with a binary body.</summary>
    public static byte[] Of(FrameType type, params ReadOnlySpan<byte> body)
    {
        if (body.Length + 1 > LengthMax)
            throw new ArgumentException($"A frame's body has at most {LengthMax - 1} bytes, not {body.Length}.", nameof(body));
        var frame = new byte[HeaderLength + body.Length];
        BinaryPrimitives.WriteUInt32LittleEndian(frame, (uint)(body.Length + 1));
        frame[4] = (byte)type;
        body.CopyTo(frame.AsSpan(HeaderLength));
        return frame;
    }

    /// <summary>A frame with a JSON body.</summary>
    public static byte[] OfJson<T>(FrameType type, T body) => Of(type, JsonSerializer.SerializeToUtf8Bytes(body, ApiJson.Options));
}
