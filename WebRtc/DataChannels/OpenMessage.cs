using System.Buffers.Binary;
using System.Text;

namespace Nsn.WebRtc.DataChannels;

/// <summary>DATA_CHANNEL_OPEN (RFC 8832 section 5.1).</summary>
internal static class OpenMessage
{
    public const byte OpenType = 3;
    public const byte AckType = 2;
    private const int HeaderLength = 12;
    private const byte UnorderedBit = 0x80;

    public static byte[] Create(string label, DataChannelSettings settings)
    {
        int labelLength = Encoding.UTF8.GetByteCount(label), protocolLength = Encoding.UTF8.GetByteCount(settings.Protocol);
        byte[] message = new byte[HeaderLength + labelLength + protocolLength];
        byte type = settings.MaxRetransmits is not null ? (byte)1 : settings.MaxPacketLifetime is not null ? (byte)2 : (byte)0;
        uint parameter = settings.MaxRetransmits is { } count ? (uint)count : (uint)(settings.MaxPacketLifetime?.TotalMilliseconds ?? 0);
        message[0] = OpenType;
        message[1] = settings.Ordered ? type : (byte)(type | UnorderedBit);
        BinaryPrimitives.WriteUInt16BigEndian(message.AsSpan(2), (ushort)settings.Priority);
        BinaryPrimitives.WriteUInt32BigEndian(message.AsSpan(4), parameter);
        BinaryPrimitives.WriteUInt16BigEndian(message.AsSpan(8), (ushort)labelLength);
        BinaryPrimitives.WriteUInt16BigEndian(message.AsSpan(10), (ushort)protocolLength);
        Encoding.UTF8.GetBytes(label, message.AsSpan(HeaderLength));
        Encoding.UTF8.GetBytes(settings.Protocol, message.AsSpan(HeaderLength + labelLength));
        return message;
    }

    public static bool TryParse(ReadOnlySpan<byte> message, int maxLabelLength, out string label, out DataChannelSettings settings)
    {
        label = "";
        settings = new DataChannelSettings();
        if (message.Length < HeaderLength || message[0] != OpenType)
            return false;
        int labelLength = BinaryPrimitives.ReadUInt16BigEndian(message[8..]), protocolLength = BinaryPrimitives.ReadUInt16BigEndian(message[10..]);
        if (labelLength > maxLabelLength || protocolLength > maxLabelLength || message.Length < HeaderLength + labelLength + protocolLength)
            return false;
        uint parameter = BinaryPrimitives.ReadUInt32BigEndian(message[4..]);
        int kind = message[1] & ~UnorderedBit;
        if (kind > 2)
            return false;
        label = Encoding.UTF8.GetString(message.Slice(HeaderLength, labelLength));
        settings = new DataChannelSettings
        {
            Ordered = (message[1] & UnorderedBit) == 0,
            MaxRetransmits = kind == 1 ? (int)Math.Min(parameter, int.MaxValue) : null,
            MaxPacketLifetime = kind == 2 ? TimeSpan.FromMilliseconds(parameter) : null,
            Priority = BinaryPrimitives.ReadUInt16BigEndian(message[2..]),
            Protocol = Encoding.UTF8.GetString(message.Slice(HeaderLength + labelLength, protocolLength)),
        };
        return true;
    }
}
