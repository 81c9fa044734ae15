using System.Net;
using System.Net.Sockets;
using Nsn.WebRtc.Network;

namespace Nsn.WebRtc.Transport;

/// <summary>The one UDP socket of all sessions: IPv6 with IPv4 mapped into it where the machine has IPv6, else IPv4.</summary>
internal sealed class UdpPort : IDisposable
{
    private const int BufferBytes = 4 * 1_024 * 1_024;

    private readonly Socket _socket;

    private UdpPort(Socket socket)
    {
        _socket = socket;
        Descriptor = (int)socket.Handle;
        IsIPv6 = socket.AddressFamily == AddressFamily.InterNetworkV6;
        LocalPort = ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    /// <summary>The system's number of the socket, good between <see cref="TryEnter"/> and <see cref="Exit"/>: afterwards it may be another socket's.</summary>
    public int Descriptor { get; }

    public bool IsIPv6 { get; }

    public int LocalPort { get; }

    /// <summary>Cleared when the kernel or the network device refuses segmentation offload.</summary>
    public bool HasSegmentationOffload { get; set; } = LibC.IsSupported;

    /// <summary>Opens a port; 0 lets the system choose. With several shards the port is shared (SO_REUSEPORT).</summary>
    public static UdpPort Open(IPAddress? address, int port, bool isShared = false)
    {
        IPAddress local = address ?? (Socket.OSSupportsIPv6 ? IPAddress.IPv6Any : IPAddress.Any);
        try
        {
            return Bind(local, port, isShared);
        }
        catch (SocketException) when (address is null && local.AddressFamily == AddressFamily.InterNetworkV6)
        {
            return Bind(IPAddress.Any, port, isShared);
        }
    }

    /// <summary>Opens another socket on the same address and port; this one must have been opened as shared.</summary>
    public UdpPort OpenAnother() => Bind(((IPEndPoint)_socket.LocalEndPoint!).Address, LocalPort, isShared: true);

    /// <summary>Keeps the socket from being closed until <see cref="Exit"/>.</summary>
    /// <returns>False if it is closed already.</returns>
    public bool TryEnter()
    {
        if (_socket.SafeHandle.IsClosed)
        {
            return false;
        }

        bool entered = false;
        try
        {
            _socket.SafeHandle.DangerousAddRef(ref entered);
        }
        catch (ObjectDisposedException)
        {
            // Closed by another thread since then.
        }

        return entered;
    }

    /// <summary>Ends what <see cref="TryEnter"/> began.</summary>
    public void Exit() => _socket.SafeHandle.DangerousRelease();

    /// <summary>Waits until a datagram is there.</summary>
    public bool Wait(TimeSpan timeout) => _socket.Poll(timeout, SelectMode.SelectRead);

    /// <summary>Receives one datagram that is there; 0 if there is none after all.</summary>
    public int Receive(Span<byte> buffer, SocketAddress from)
    {
        try
        {
            return _socket.Available == 0 ? 0 : _socket.ReceiveFrom(buffer, SocketFlags.None, from);
        }
        catch (SocketException)
        {
            return 0;
        }
    }

    /// <summary>Sends one datagram; a failure is a lost datagram.</summary>
    public void Send(ReadOnlySpan<byte> datagram, TransportAddress to)
    {
        try
        {
            IPEndPoint endpoint = to.ToEndPoint();
            if (IsIPv6 && to.IsIPv4)
            {
                endpoint.Address = endpoint.Address.MapToIPv6();
            }

            _socket.SendTo(datagram, SocketFlags.None, endpoint);
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // UDP promises nothing; consent expiry notices a peer that is gone.
        }
    }

    public void Dispose() => _socket.Dispose();

    // The system's limit for buffers is often 200 kB, a few hundred datagrams; a privileged process may go beyond.
    private static void TryForceBuffers(Socket socket)
    {
        if (!LibC.IsSupported)
        {
            return;
        }

        try
        {
            socket.SetRawSocketOption(LibC.SolSocket, LibC.ReceiveBufferForce, BitConverter.GetBytes(BufferBytes));
            socket.SetRawSocketOption(LibC.SolSocket, LibC.SendBufferForce, BitConverter.GetBytes(BufferBytes));
        }
        catch (SocketException)
        {
            // Not privileged: what the system allows it is.
        }
    }

    private static UdpPort Bind(IPAddress address, int port, bool isShared)
    {
        Socket socket = new(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            if (address.AddressFamily == AddressFamily.InterNetworkV6)
            {
                socket.DualMode = address.Equals(IPAddress.IPv6Any);
            }

            if (isShared)
            {
                socket.SetRawSocketOption(LibC.SolSocket, LibC.ReusePort, BitConverter.GetBytes(1));
            }

            socket.SendBufferSize = BufferBytes;
            socket.ReceiveBufferSize = BufferBytes;
            TryForceBuffers(socket);
            socket.Bind(new IPEndPoint(address, port));
            return new UdpPort(socket);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
