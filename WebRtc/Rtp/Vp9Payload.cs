using System.Buffers.Binary;
using Nsn.WebRtc.Media;

namespace Nsn.WebRtc.Rtp;

/// <summary>VP9's payload format (RFC 9628) without layers: picture id, begin and end of frame.</summary>
internal static class Vp9Payload
{
    public const int DescriptorLength = 3;

    public static void Packetize(ReadOnlySpan<byte> frame, bool isKeyFrame, PayloadBuilder builder)
    {
        int room = MediaFrame.PayloadMax - DescriptorLength;
        int count = (frame.Length + room - 1) / room;
        int size = (frame.Length + count - 1) / count;
        bool first = true;
        while (!frame.IsEmpty)
        {
            int length = Math.Min(size, frame.Length);
            builder.Begin(length + DescriptorLength);
            bool last = length == frame.Length;
            builder.Append((byte)(0x80 | (isKeyFrame ? 0 : 0x40) | (first ? 0x08 : 0) | (last ? 0x04 : 0)));
            builder.Append(0x80);
            builder.Append(0x00);
            builder.Append(frame[..length]);
            frame = frame[length..];
            first = false;
        }
    }

    public static void SetPictureId(Span<byte> payload, int pictureId) =>
        BinaryPrimitives.WriteUInt16BigEndian(payload[1..], (ushort)(0x8000 | (pictureId & 0x7FFF)));

    /// <summary>Reads a descriptor of any sender's.</summary>
    public static bool TryParse(ReadOnlySpan<byte> payload, out int descriptorLength, out bool isStart, out bool isInter)
    {
        descriptorLength = 1;
        isStart = isInter = false;
        if (payload.IsEmpty)
        {
            return false;
        }

        byte flags = payload[0];
        bool hasPictureId = (flags & 0x80) != 0;
        isInter = (flags & 0x40) != 0;
        bool hasLayers = (flags & 0x20) != 0;
        bool flexible = (flags & 0x10) != 0;
        isStart = (flags & 0x08) != 0;
        int offset = 1;
        if (hasPictureId)
        {
            if (payload.Length <= offset)
            {
                return false;
            }

            offset += (payload[offset] & 0x80) != 0 ? 2 : 1;
        }

        if (hasLayers)
        {
            if (payload.Length <= offset)
            {
                return false;
            }

            isStart &= (payload[offset] >> 1 & 7) == 0;
            offset += flexible ? 1 : 2;
        }

        if (flexible && isInter)
        {
            bool more = true;
            for (int i = 0; i < 3 && more; i++)
            {
                if (payload.Length <= offset)
                {
                    return false;
                }

                more = (payload[offset++] & 1) != 0;
            }
        }

        if ((flags & 0x02) != 0 && !TrySkipStructure(payload, ref offset))
        {
            return false;
        }

        descriptorLength = offset;
        return descriptorLength < payload.Length;
    }

    private static bool TrySkipStructure(ReadOnlySpan<byte> payload, ref int offset)
    {
        if (payload.Length <= offset)
        {
            return false;
        }

        byte header = payload[offset++];
        int spatialLayers = (header >> 5) + 1;
        offset += (header & 0x10) != 0 ? 4 * spatialLayers : 0;
        if ((header & 0x08) == 0)
        {
            return payload.Length > offset;
        }

        if (payload.Length <= offset)
        {
            return false;
        }

        int groups = payload[offset++];
        for (int i = 0; i < groups; i++)
        {
            if (payload.Length <= offset)
            {
                return false;
            }

            offset += 1 + ((payload[offset] >> 2) & 3);
        }

        return payload.Length > offset;
    }
}
