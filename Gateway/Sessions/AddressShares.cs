using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Options;

namespace Nsn.Gateway.Sessions;

/// <summary>
/// How much of this gateway each address has now: TCP connections, viewers (WebRTC connections of all kinds, HTTP streams), and sockets (event streams, signalling).
/// </summary>
internal sealed class AddressShares(IOptions<GatewaySettings> settings)
{
    /// <summary>What Retry-After says, seconds: places get free when people leave, which nobody foresees.</summary>
    public const int RetryAfterSeconds = 10;

    private readonly Lock _lock = new();
    private readonly Dictionary<IPAddress, int> _connections = [];
    private readonly Dictionary<IPAddress, int> _viewers = [];
    private readonly Dictionary<IPAddress, int> _sockets = [];

    /// <summary>Who asks, for limits. One customer of a provider has a whole /64 network of IPv6, so that is what counts as an address.</summary>
    public static IPAddress AddressOf(HttpContext context) => AddressOf(context.Connection.RemoteIpAddress ?? IPAddress.None);

    private static IPAddress AddressOf(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
            return address.MapToIPv4();
        if (address.AddressFamily != AddressFamily.InterNetworkV6 || IPAddress.IsLoopback(address))
            return address;
        var bytes = address.GetAddressBytes();
        bytes.AsSpan(8).Clear();
        return new IPAddress(bytes);
    }

    /// <summary>Takes a connection's place, or answers null when the address has all that it may have. To be disposed of when the connection is closed.</summary>
    public IDisposable? TryTakeConnection(IPAddress address) => TryTake(_connections, AddressOf(address), settings.Value.ConnectionsPerAddress);

    /// <summary>Takes a viewer's place, or answers null when the address has all that it may have. To be disposed of when the viewer is gone.</summary>
    public IDisposable? TryTakeViewer(HttpContext context) => TryTake(_viewers, AddressOf(context), settings.Value.ViewersPerAddress);

    /// <summary>Takes a socket's place, or answers null when the address has all that it may have. To be disposed of when the socket is gone.</summary>
    public IDisposable? TryTakeSocket(HttpContext context) => TryTake(_sockets, AddressOf(context), settings.Value.SocketsPerAddress);

    private Share? TryTake(Dictionary<IPAddress, int> taken, IPAddress address, int max)
    {
        lock (_lock)
        {
            var count = taken.GetValueOrDefault(address);
            if (count >= max)
                return null;
            taken[address] = count + 1;
        }

        return new Share(this, taken, address);
    }

    private void GiveBack(Dictionary<IPAddress, int> taken, IPAddress address)
    {
        lock (_lock)
        {
            if (--taken[address] == 0)
                taken.Remove(address);
        }
    }

    private sealed class Share(AddressShares shares, Dictionary<IPAddress, int> taken, IPAddress address) : IDisposable
    {
        private int _disposed;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _disposed, 1) == 0)
                shares.GiveBack(taken, address);
        }
    }
}
