using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Nsn.WebRtc.Network;

namespace Nsn.WebRtc.Transport;

/// <summary>
/// ICE-TCP for peers whose network blocks UDP: one port, passive candidates (RFC 6544), datagrams framed with two bytes of length (RFC 4571).
/// </summary>
/// <remarks>
/// A connection that no session knows costs one socket and one buffer, for at most <see cref="TcpStream.AuthenticationDeadline"/>; of those there are at
/// most <see cref="StrangersMax"/>, of one address (of one /64 in IPv6) at most <see cref="StrangersPerAddressMax"/>, and the next is closed at once.
/// </remarks>
internal sealed class TcpPort : IDisposable
{
    /// <summary>Most connections that have not shown a valid connectivity check yet.</summary>
    public const int StrangersMax = 256;

    /// <summary>Most of them that come from one address, so that one host cannot keep all others out.</summary>
    public const int StrangersPerAddressMax = 32;

    private const int Backlog = 128;

    private readonly Socket _socket;
    private readonly IStreamHandler _handler;
    private readonly ConcurrentDictionary<int, TcpStream> _streams = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _accepting;
    private readonly Dictionary<UInt128, int> _strangersByAddress = [];
    private int _lastNumber;
    private int _strangers;

    private TcpPort(Socket socket, IStreamHandler handler, TimeProvider time)
    {
        _socket = socket;
        _handler = handler;
        LocalPort = ((IPEndPoint)socket.LocalEndPoint!).Port;
        _accepting = new AcceptLoop(_socket.AcceptAsync, Add, time).RunAsync(_stop.Token);
    }

    public int LocalPort { get; }

    /// <summary>Open connections.</summary>
    public int Count => _streams.Count;

    /// <summary>Listens on a port; 0 lets the system choose.</summary>
    /// <exception cref="SocketException">The port is taken.</exception>
    public static TcpPort Open(IPAddress? address, int port, IStreamHandler handler, TimeProvider time)
    {
        IPAddress local = address ?? (Socket.OSSupportsIPv6 ? IPAddress.IPv6Any : IPAddress.Any);
        try
        {
            return new TcpPort(Listen(local, port), handler, time);
        }
        catch (SocketException exception) when (
            address is null && local.AddressFamily == AddressFamily.InterNetworkV6 && exception.SocketErrorCode != SocketError.AddressAlreadyInUse)
        {
            return new TcpPort(Listen(IPAddress.Any, port), handler, time);
        }
    }

    /// <summary>Queues a datagram on a connection; it is lost if the connection is gone or cannot keep up.</summary>
    public void Send(ReadOnlySpan<byte> datagram, TransportAddress to)
    {
        if (_streams.TryGetValue(to.Stream, out TcpStream? stream))
        {
            stream.Send(datagram);
        }
    }

    /// <summary>Closes a connection once what was queued is sent.</summary>
    public void Close(TransportAddress address)
    {
        if (_streams.TryGetValue(address.Stream, out TcpStream? stream))
        {
            stream.CloseWhenSent();
        }
    }

    public void Dispose()
    {
        _stop.Cancel();
        _socket.Dispose();
        foreach (TcpStream stream in _streams.Values)
        {
            stream.Dispose();
        }

        _accepting.Wait();
        _stop.Dispose();
    }

    private static Socket Listen(IPAddress address, int port)
    {
        Socket socket = new(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (address.AddressFamily == AddressFamily.InterNetworkV6)
            {
                socket.DualMode = address.Equals(IPAddress.IPv6Any);
            }

            socket.Bind(new IPEndPoint(address, port));
            socket.Listen(Backlog);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private void Add(Socket accepted)
    {
        int number = Interlocked.Increment(ref _lastNumber);
        TransportAddress address;
        try
        {
            accepted.NoDelay = true;
            address = TransportAddress.From((IPEndPoint)accepted.RemoteEndPoint!) with { Stream = number };
        }
        catch (SocketException)
        {
            accepted.Dispose();
            return;
        }

        if (!TryCountStranger(address))
        {
            accepted.Dispose();
            return;
        }

        TcpStream stream = new(accepted, address, _handler);
        _streams[number] = stream;
        stream.Start(
            authenticated: () => ForgetStranger(address),
            closed: wasStranger =>
            {
                if (wasStranger)
                {
                    ForgetStranger(address);
                }

                _streams.TryRemove(number, out _);
                _handler.HandleStreamClosed(address);
            });
        if (_stop.IsCancellationRequested)
        {
            stream.Dispose();
        }
    }

    private bool TryCountStranger(TransportAddress address)
    {
        lock (_strangersByAddress)
        {
            UInt128 host = Host(address);
            int count = _strangersByAddress.GetValueOrDefault(host);
            if (_strangers >= StrangersMax || count >= StrangersPerAddressMax)
            {
                return false;
            }

            _strangers++;
            _strangersByAddress[host] = count + 1;
            return true;
        }
    }

    private void ForgetStranger(TransportAddress address)
    {
        lock (_strangersByAddress)
        {
            UInt128 host = Host(address);
            _strangers--;
            if (--CollectionsMarshal.GetValueRefOrAddDefault(_strangersByAddress, host, out _) == 0)
            {
                _strangersByAddress.Remove(host);
            }
        }
    }

    // A host in IPv6 has a whole /64 to choose from.
    private static UInt128 Host(TransportAddress address) => address.IsIPv4 ? address.Address : address.Address >> 64 << 64;
}
