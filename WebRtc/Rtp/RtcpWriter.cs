using System.Buffers.Binary;
using System.Text;

namespace Nsn.WebRtc.Rtp;

/// <summary>Writes a compound RTCP packet into a buffer of the caller's (RFC 3550 section 6, RFC 4585).</summary>
internal ref struct RtcpWriter(Span<byte> buffer)
{
    private readonly Span<byte> _buffer = buffer;

    /// <summary>Bytes written so far.</summary>
    public int Length { get; private set; }

    /// <summary>Room left, bytes.</summary>
    public readonly int Room => _buffer.Length - Length;

    /// <summary>A sender report without report blocks.</summary>
    public void SenderReport(uint ssrc, ulong ntpTime, uint rtpTimestamp, uint packets, uint octets)
    {
        Span<byte> body = Begin(RtcpType.SenderReport, 0, 24);
        BinaryPrimitives.WriteUInt32BigEndian(body, ssrc);
        BinaryPrimitives.WriteUInt64BigEndian(body[4..], ntpTime);
        BinaryPrimitives.WriteUInt32BigEndian(body[12..], rtpTimestamp);
        BinaryPrimitives.WriteUInt32BigEndian(body[16..], packets);
        BinaryPrimitives.WriteUInt32BigEndian(body[20..], octets);
    }

    /// <summary>A receiver report; the blocks are 24 bytes each, at most 31.</summary>
    public void ReceiverReport(uint ssrc, scoped ReadOnlySpan<byte> blocks)
    {
        Span<byte> body = Begin(RtcpType.ReceiverReport, blocks.Length / 24, 4 + blocks.Length);
        BinaryPrimitives.WriteUInt32BigEndian(body, ssrc);
        blocks.CopyTo(body[4..]);
    }

    /// <summary>The canonical name.</summary>
    public void CanonicalName(uint ssrc, string name)
    {
        int nameLength = Encoding.UTF8.GetByteCount(name);
        int length = (4 + 2 + nameLength + 1 + 3) & ~3;
        Span<byte> body = Begin(RtcpType.SourceDescription, 1, length);
        body.Clear();
        BinaryPrimitives.WriteUInt32BigEndian(body, ssrc);
        body[4] = 1;
        body[5] = (byte)nameLength;
        Encoding.UTF8.GetBytes(name, body[6..]);
    }

    /// <summary>PLI: the decoder lost track and needs a key frame.</summary>
    public void PictureLoss(uint sender, uint media)
    {
        Span<byte> body = Begin(RtcpType.PayloadFeedback, RtcpType.PictureLossFormat, 8);
        BinaryPrimitives.WriteUInt32BigEndian(body, sender);
        BinaryPrimitives.WriteUInt32BigEndian(body[4..], media);
    }

    /// <summary>A generic NACK; the pairs are packet id and bit mask (RFC 4585 section 6.2.1).</summary>
    public void Nack(uint sender, uint media, scoped ReadOnlySpan<(ushort PacketId, ushort Mask)> pairs)
    {
        Span<byte> body = Begin(RtcpType.TransportFeedback, RtcpType.NackFormat, 8 + (4 * pairs.Length));
        BinaryPrimitives.WriteUInt32BigEndian(body, sender);
        BinaryPrimitives.WriteUInt32BigEndian(body[4..], media);
        for (int i = 0; i < pairs.Length; i++)
        {
            BinaryPrimitives.WriteUInt16BigEndian(body[(8 + (4 * i))..], pairs[i].PacketId);
            BinaryPrimitives.WriteUInt16BigEndian(body[(10 + (4 * i))..], pairs[i].Mask);
        }
    }

    /// <summary>Transport-wide feedback whose body after the two SSRCs was made by the TWCC recorder.</summary>
    public void TransportWide(uint sender, uint media, scoped ReadOnlySpan<byte> feedback)
    {
        Span<byte> body = Begin(RtcpType.TransportFeedback, RtcpType.TransportWideFormat, 8 + feedback.Length);
        BinaryPrimitives.WriteUInt32BigEndian(body, sender);
        BinaryPrimitives.WriteUInt32BigEndian(body[4..], media);
        feedback.CopyTo(body[8..]);
    }

    /// <summary>BYE for one source.</summary>
    public void Bye(uint ssrc) => BinaryPrimitives.WriteUInt32BigEndian(Begin(RtcpType.Bye, 1, 4), ssrc);

    private Span<byte> Begin(int type, int format, int bodyLength)
    {
        Span<byte> packet = _buffer.Slice(Length, 4 + bodyLength);
        packet[0] = (byte)(0x80 | format);
        packet[1] = (byte)type;
        BinaryPrimitives.WriteUInt16BigEndian(packet[2..], (ushort)(bodyLength / 4));
        Length += 4 + bodyLength;
        return packet[4..];
    }
}
