using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using Nsn.WebRtc.Ice;

namespace Nsn.WebRtc.Transport;

/// <content>Where the server can be reached, and ICE-TCP.</content>
public sealed partial class WebRtcServer
{
    bool IStreamHandler.HandleFrame(Span<byte> datagram, Network.TransportAddress from)
    {
        if (_stopping || Deliver(datagram, from, Now) is not { } connection)
        {
            return false;
        }

        connection.Flush();
        return _byAddress.TryGetValue(from, out WebRtcConnection? owner) && owner == connection;
    }

    void IStreamHandler.HandleStreamClosed(Network.TransportAddress from)
    {
        if (_byAddress.TryRemove(from, out WebRtcConnection? connection))
        {
            connection.RemoveAddress(from);
        }
    }

    // Without a number of its own the TCP port has the UDP port's: one number to open in a firewall. That it is taken for TCP is no reason not to start.
    private TcpPort? OpenTcp(TimeProvider time)
    {
        int wanted = _options.TcpPort == 0 ? _port.LocalPort : _options.TcpPort;
        try
        {
            return Transport.TcpPort.Open(_options.BindAddress, wanted, this, time);
        }
        catch (SocketException) when (_options.TcpPort == 0)
        {
            return _options.Port == 0 ? Transport.TcpPort.Open(_options.BindAddress, 0, this, time) : null;
        }
    }

    private List<IceCandidate> FindCandidates()
    {
        IPAddress[] addresses = [.. FindAddresses()];
        int udpPort = _options.PublicPort == 0 ? _port.LocalPort : _options.PublicPort;
        List<IceCandidate> candidates = [.. addresses.Select((address, index) => IceCandidate.Host(new IPEndPoint(address, udpPort), index))];
        if (_streams is not null)
        {
            int tcpPort = _options.PublicTcpPort != 0 ? _options.PublicTcpPort : _options.PublicPort != 0 ? _options.PublicPort : _streams.LocalPort;
            candidates.AddRange(addresses.Select((address, index) => IceCandidate.Host(new IPEndPoint(address, tcpPort), index, isTcp: true)));
        }

        return candidates;
    }

    private IEnumerable<IPAddress> FindAddresses()
    {
        if (_options.PublicAddresses.Count > 0)
        {
            return _options.PublicAddresses;
        }

        if (_options.BindAddress is { } bound && !bound.Equals(IPAddress.Any) && !bound.Equals(IPAddress.IPv6Any))
        {
            return [bound];
        }

        List<IPAddress> addresses = [];
        foreach (NetworkInterface network in NetworkInterface.GetAllNetworkInterfaces().Where(network => network.OperationalStatus != OperationalStatus.Down))
        {
            addresses.AddRange(network.GetIPProperties().UnicastAddresses
                .Select(unicast => unicast.Address)
                .Where(address => address.AddressFamily == AddressFamily.InterNetwork || (_port.IsIPv6 && !address.IsIPv6LinkLocal)));
        }

        // Loopback last: only a browser on this machine can use it.
        return addresses.OrderBy(IPAddress.IsLoopback).ThenBy(address => address.AddressFamily == AddressFamily.InterNetworkV6).Take(8);
    }
}
