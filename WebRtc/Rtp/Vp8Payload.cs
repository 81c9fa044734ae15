using System.Buffers.Binary;
using Nsn.WebRtc.Media;

namespace Nsn.WebRtc.Rtp;

/// <summary>VP8's payload format (RFC 7741).</summary>
internal static class Vp8Payload
{
    /// <summary>Our descriptor: flags, extension flags, 15-bit picture id.</summary>
    public const int DescriptorLength = 4;

    /// <summary>Cuts a frame into payloads of nearly equal length, so that UDP segmentation offload can send them in one call.</summary>
    public static void Packetize(ReadOnlySpan<byte> frame, PayloadBuilder builder)
    {
        int room = MediaFrame.PayloadMax - DescriptorLength;
        int count = (frame.Length + room - 1) / room;
        int size = (frame.Length + count - 1) / count;
        bool first = true;
        while (!frame.IsEmpty)
        {
            int length = Math.Min(size, frame.Length);
            builder.Begin(length + DescriptorLength);
            builder.Append((byte)(first ? 0x90 : 0x80));
            builder.Append(0x80);
            builder.Append(0x80);
            builder.Append(0x00);
            builder.Append(frame[..length]);
            frame = frame[length..];
            first = false;
        }
    }

    /// <summary>Puts a viewer's picture id into a copied payload.</summary>
    public static void SetPictureId(Span<byte> payload, int pictureId) =>
        BinaryPrimitives.WriteUInt16BigEndian(payload[2..], (ushort)(0x8000 | (pictureId & 0x7FFF)));

    /// <summary>True if the VP8 frame is a key frame (RFC 6386 section 9.1).</summary>
    public static bool IsKeyFrame(ReadOnlySpan<byte> frame) => !frame.IsEmpty && (frame[0] & 1) == 0;

    /// <summary>Reads a descriptor of any sender's.</summary>
    public static bool TryParse(ReadOnlySpan<byte> payload, out int descriptorLength, out bool isStart)
    {
        descriptorLength = 1;
        isStart = false;
        if (payload.IsEmpty)
        {
            return false;
        }

        isStart = (payload[0] & 0x10) != 0 && (payload[0] & 0x07) == 0;
        if ((payload[0] & 0x80) != 0)
        {
            if (payload.Length < 2)
            {
                return false;
            }

            byte flags = payload[1];
            descriptorLength = 2;
            if ((flags & 0x80) != 0)
            {
                if (payload.Length < 3)
                {
                    return false;
                }

                descriptorLength += (payload[2] & 0x80) != 0 ? 2 : 1;
            }

            descriptorLength += (flags & 0x40) != 0 ? 1 : 0;
            descriptorLength += (flags & 0x30) != 0 ? 1 : 0;
        }

        return descriptorLength < payload.Length;
    }
}
