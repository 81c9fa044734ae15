using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Nsn.WebRtc.Network;

namespace Nsn.WebRtc.Transport;

/// <summary>Linux's sockaddr_in and sockaddr_in6 as bytes.</summary>
internal static class SocketAddressCodec
{
    public const int LengthMax = 28;
    private const ushort FamilyIPv4 = 2;
    private const ushort FamilyIPv6 = 10;

    public static int Write(Span<byte> destination, TransportAddress address, bool isIPv6Socket)
    {
        destination[..LengthMax].Clear();
        BinaryPrimitives.WriteUInt16BigEndian(destination[2..], address.Port);
        if (isIPv6Socket)
        {
            MemoryMarshal.Write(destination, FamilyIPv6);
            BinaryPrimitives.WriteUInt128BigEndian(destination[8..], address.Address);
            return 28;
        }

        MemoryMarshal.Write(destination, FamilyIPv4);
        BinaryPrimitives.WriteUInt32BigEndian(destination[4..], address.IPv4);
        return 16;
    }

    public static TransportAddress Read(ReadOnlySpan<byte> source)
    {
        ushort family = MemoryMarshal.Read<ushort>(source);
        ushort port = BinaryPrimitives.ReadUInt16BigEndian(source[2..]);
        return family == FamilyIPv4
            ? TransportAddress.FromIPv4(BinaryPrimitives.ReadUInt32BigEndian(source[4..]), port)
            : new TransportAddress(BinaryPrimitives.ReadUInt128BigEndian(source[8..]), port);
    }
}
