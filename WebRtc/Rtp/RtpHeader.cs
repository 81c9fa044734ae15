using System.Buffers.Binary;

namespace Nsn.WebRtc.Rtp;

/// <summary>The header of an RTP packet (RFC 3550 section 5.1) with the place of its extension (RFC 8285).</summary>
public readonly struct RtpHeader
{
    /// <summary>The fixed part, bytes.</summary>
    public const int FixedLength = 12;

    private const ushort OneByteProfile = 0xBEDE;

    private readonly ushort _extensionProfile;
    private readonly int _extensionOffset;
    private readonly int _extensionLength;

    private RtpHeader(ReadOnlySpan<byte> packet, int headerLength, ushort extensionProfile, int extensionOffset, int extensionLength)
    {
        HasPadding = (packet[0] & 0x20) != 0;
        Marker = (packet[1] & 0x80) != 0;
        PayloadType = (byte)(packet[1] & 0x7F);
        SequenceNumber = BinaryPrimitives.ReadUInt16BigEndian(packet[2..]);
        Timestamp = BinaryPrimitives.ReadUInt32BigEndian(packet[4..]);
        Ssrc = BinaryPrimitives.ReadUInt32BigEndian(packet[8..]);
        Length = headerLength;
        _extensionProfile = extensionProfile;
        _extensionOffset = extensionOffset;
        _extensionLength = extensionLength;
    }

    /// <summary>The padding bit; the number of padding bytes is the packet's last byte, after decryption.</summary>
    public bool HasPadding { get; }

    /// <summary>The marker: the last packet of a picture.</summary>
    public bool Marker { get; }

    /// <summary>0 to 127.</summary>
    public byte PayloadType { get; }

    /// <summary>16 bits, wrapping.</summary>
    public ushort SequenceNumber { get; }

    /// <summary>In units of the payload's clock, wrapping.</summary>
    public uint Timestamp { get; }

    /// <summary>The source.</summary>
    public uint Ssrc { get; }

    /// <summary>Fixed part, contributing sources and extension, bytes.</summary>
    public int Length { get; }

    /// <summary>Tells RTP from RTCP on one port (RFC 5761 section 4).</summary>
    public static bool IsRtcp(ReadOnlySpan<byte> packet) => packet.Length >= 2 && packet[1] is >= 192 and <= 223;

    /// <summary>Parses the header; everything in it lies within the packet afterwards.</summary>
    public static bool TryParse(ReadOnlySpan<byte> packet, out RtpHeader header, out string? reason)
    {
        header = default;
        if (packet.Length < FixedLength || (packet[0] >> 6) != 2)
        {
            reason = "not RTP version 2";
            return false;
        }

        int length = FixedLength + (4 * (packet[0] & 0xF));
        ushort profile = 0;
        int extensionOffset = 0;
        int extensionLength = 0;
        if ((packet[0] & 0x10) != 0)
        {
            if (packet.Length < length + 4)
            {
                reason = "a truncated extension header";
                return false;
            }

            profile = BinaryPrimitives.ReadUInt16BigEndian(packet[length..]);
            extensionLength = 4 * BinaryPrimitives.ReadUInt16BigEndian(packet[(length + 2)..]);
            extensionOffset = length + 4;
            length = extensionOffset + extensionLength;
        }

        if (packet.Length < length)
        {
            reason = "the header runs past the end";
            return false;
        }

        header = new RtpHeader(packet, length, profile, extensionOffset, extensionLength);
        reason = null;
        return true;
    }

    /// <summary>Finds a header extension element, in the one-byte or the two-byte form.</summary>
    public bool TryGetExtension(ReadOnlySpan<byte> packet, int id, out ReadOnlySpan<byte> value)
    {
        value = default;
        bool twoByte = (_extensionProfile & 0xFFF0) == 0x1000;
        if (id <= 0 || _extensionLength == 0 || (_extensionProfile != OneByteProfile && !twoByte))
        {
            return false;
        }

        ReadOnlySpan<byte> rest = packet.Slice(_extensionOffset, _extensionLength);
        while (!rest.IsEmpty)
        {
            if (rest[0] == 0)
            {
                rest = rest[1..];
                continue;
            }

            if (twoByte && rest.Length < 2)
            {
                return false;
            }

            int elementId = twoByte ? rest[0] : rest[0] >> 4;
            int length = twoByte ? rest[1] : (rest[0] & 0xF) + 1;
            int start = twoByte ? 2 : 1;
            if ((!twoByte && elementId == 15) || start + length > rest.Length)
            {
                return false;
            }

            if (elementId == id)
            {
                value = rest.Slice(start, length);
                return true;
            }

            rest = rest[(start + length)..];
        }

        return false;
    }

    /// <summary>Writes the fixed part.</summary>
    internal static void Write(Span<byte> packet, bool hasExtension, bool marker, byte payloadType, ushort sequence, uint timestamp, uint ssrc)
    {
        packet[0] = (byte)(hasExtension ? 0x90 : 0x80);
        packet[1] = (byte)((marker ? 0x80 : 0) | payloadType);
        BinaryPrimitives.WriteUInt16BigEndian(packet[2..], sequence);
        BinaryPrimitives.WriteUInt32BigEndian(packet[4..], timestamp);
        BinaryPrimitives.WriteUInt32BigEndian(packet[8..], ssrc);
    }
}
