using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Nsn.WebRtc.Network;

/// <summary>An IP address and a port as a value: no allocation to compare, to hash or to keep. IPv4 addresses are kept IPv4-mapped.</summary>
/// <param name="Address">The 128 bits of the IPv6 (or IPv4-mapped) address, most significant first.</param>
/// <param name="Port">The port.</param>
/// <param name="Stream">0 for a UDP datagram; otherwise the number of the TCP connection that carries the framed datagrams (RFC 4571).</param>
public readonly record struct TransportAddress(UInt128 Address, ushort Port, int Stream = 0)
{
    private const ulong MappedPrefix = 0x0000_FFFF_0000_0000;

    /// <summary>True for an IPv4 (mapped) address.</summary>
    public bool IsIPv4 => (Address >> 32) == 0xFFFF;

    /// <summary>The four bytes of the IPv4 address as a number, most significant first.</summary>
    public uint IPv4 => (uint)Address;

    /// <summary>The address 127.0.0.1 with this port.</summary>
    public static TransportAddress Loopback(int port) => FromIPv4(0x7F00_0001, (ushort)port);

    /// <summary>An IPv4 address.</summary>
    public static TransportAddress FromIPv4(uint address, ushort port) => new(new UInt128(0, MappedPrefix | address), port);

    /// <summary>Converts an endpoint of .NET.</summary>
    public static TransportAddress From(IPEndPoint endpoint)
    {
        Span<byte> bytes = stackalloc byte[16];
        IPAddress address = endpoint.Address;
        if (address.AddressFamily == AddressFamily.InterNetwork)
        {
            address.TryWriteBytes(bytes, out _);
            return FromIPv4(BinaryPrimitives.ReadUInt32BigEndian(bytes), (ushort)endpoint.Port);
        }

        address.TryWriteBytes(bytes, out _);
        return new TransportAddress(BinaryPrimitives.ReadUInt128BigEndian(bytes), (ushort)endpoint.Port);
    }

    /// <summary>Converts the operating system's form, which a socket filled in.</summary>
    public static TransportAddress From(SocketAddress socketAddress)
    {
        ReadOnlySpan<byte> bytes = socketAddress.Buffer.Span;
        ushort port = BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]);
        return socketAddress.Family == AddressFamily.InterNetwork
            ? FromIPv4(BinaryPrimitives.ReadUInt32BigEndian(bytes[4..]), port)
            : new TransportAddress(BinaryPrimitives.ReadUInt128BigEndian(bytes[8..]), port);
    }

    /// <summary>Converts to an endpoint of .NET (IPv4 where the address is mapped).</summary>
    public IPEndPoint ToEndPoint()
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, Address);
        return new IPEndPoint(new IPAddress(IsIPv4 ? bytes[12..] : bytes), Port);
    }

    /// <inheritdoc/>
    public override string ToString() => Stream == 0 ? ToEndPoint().ToString() : $"{ToEndPoint()}/tcp";
}
