using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Connections.Security;

namespace Nsn.Engine.Runtime.Transport;

/// <summary>
/// Frames over TCP: one connection a pair of processes, opened by whoever sends first. When both do at the same time, the one that the lower address opens is used.
/// </summary>
/// <remarks>
/// A connection begins with a greeting that names the protocol, the cluster and the sender; then each frame is its length (4 bytes, little
/// endian) and its bytes. An empty frame is sent where there was nothing else for a while, and a connection without even that is closed. A length beyond the limit, a wrong greeting or silence during it closes the connection with a logged reason.
/// </remarks>
internal sealed class TcpTransport(
    IOptions<ClusterOptions> cluster,
    IOptions<EndpointOptions> endpoints,
    IOptions<SiloMessagingOptions> messaging,
    IOptions<ClientMessagingOptions> clientMessaging,
    IOptions<TlsOptions> tls,
    ILogger<TcpTransport> logger) : ITransport
{
    private static readonly TimeSpan s_watchPeriod = TimeSpan.FromMilliseconds(20);

    /// <summary>More than this between two looks is time in which this process stood still, and says nothing about its peers.</summary>
    private static readonly TimeSpan s_watchPeriodMax = TimeSpan.FromMilliseconds(100);

    private readonly ConcurrentDictionary<SiloAddress, TcpPeer> _peers = new();
    private readonly ConcurrentDictionary<TcpPeer, bool> _open = new();
    private readonly CancellationTokenSource _stopped = new();
    private readonly List<Socket> _listeners = [];
    private ITransportHandler? _handler;
    private SiloAddress? _local;

    public string ClusterId => cluster.Value.ClusterId;
    public int FrameLengthMax => Local.IsClient ? clientMessaging.Value.MaxMessageBodySize : messaging.Value.MaxMessageBodySize;
    public SiloAddress Local => _local!;
    public ITransportHandler Handler => _handler!;
    public ILogger Logger => logger;

    /// <summary>How connections are encrypted; null when they are not.</summary>
    public TlsOptions? Tls => tls.Value.LocalCertificate is null ? null : tls.Value;

    /// <summary>After so long without anything to send an empty frame goes out.</summary>
    public TimeSpan BeatInterval { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>A connection on which nothing comes for longer is closed. More than a lease: whether a silo lives is decided before.</summary>
    public TimeSpan SilenceMax { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Lets one connection spin at a time.</summary>
    public Spinner.Turnstile Turnstile { get; } = new();

    public Task StartAsync(SiloAddress local, ITransportHandler handler, CancellationToken cancellationToken)
    {
        var rejoins = _local is not null;
        _local = local;
        _handler = handler;
        if (rejoins)
        {
            foreach (var (address, peer) in _peers)
                _peers.TryRemove(KeyValuePair.Create(address, peer)); // before it closes: nobody is to be told
            CloseAll("this silo is a new incarnation");
            return Task.CompletedTask;
        }

        StartWatch();
        if (local.IsClient)
            return Task.CompletedTask;
        Listen(endpoints.Value.SiloListeningEndpoint ?? new IPEndPoint(local.Endpoint.Address, endpoints.Value.SiloPort));
        if (endpoints.Value.GatewayPort > 0 && endpoints.Value.GatewayPort != endpoints.Value.SiloPort)
            Listen(endpoints.Value.GatewayListeningEndpoint ?? new IPEndPoint(local.Endpoint.Address, endpoints.Value.GatewayPort));
        return Task.CompletedTask;
    }

    public SendResult Send(SiloAddress target, Writer frame)
    {
        if (_stopped.IsCancellationRequested || !TryGetPeer(target, out var peer))
        {
            frame.Dispose();
            return SendResult.Unreachable;
        }

        return peer.Enqueue(frame);
    }

    private bool TryGetPeer(SiloAddress target, out TcpPeer peer)
    {
        if (_peers.TryGetValue(target, out peer!))
            return true;
        if (target.IsClient)
            return false; // clients connect to silos, never the reverse
        var fresh = new TcpPeer(this, target);
        peer = _peers.GetOrAdd(target, fresh);
        if (peer == fresh)
            _ = Task.Run(() => fresh.ConnectAsync(_stopped.Token)); // outside of the turn that sends
        return true;
    }

    /// <summary>Connects to whatever silo listens at an endpoint and gives its address.</summary>
    public async Task<SiloAddress> ConnectAsync(IPEndPoint endpoint, CancellationToken cancellationToken)
    {
        var peer = new TcpPeer(this, SiloAddress.New(endpoint, 0));
        var address = await peer.ConnectToAnyAsync(cancellationToken);
        _peers[address] = peer;
        peer.Run();
        return address;
    }

    public void Opened(TcpPeer peer)
    {
        _open[peer] = true;
        if (_stopped.IsCancellationRequested)
            peer.Close("the transport stops");
    }

    /// <summary>
    /// Takes a connection that a peer has opened. False when this side is opening one as well and its address is the lower one: the peer waits for that one. A connection that
    /// comes while one is in use that this side has opened is what is left of such a meeting, or the peer has lost that one and this side does not know yet: it is read. One that
    /// comes after another of the same peer takes its place: nobody opens a second one while the first one works.
    /// </summary>
    /// <exception cref="InvalidDataException">The peer that is here already under this name has shown another certificate.</exception>
    public bool TryAttach(SiloAddress remote, TcpPeer incoming)
    {
        while (!_peers.TryAdd(remote, incoming))
        {
            if (!_peers.TryGetValue(remote, out var own))
                continue;
            if (own.WasAccepted)
            {
                if (!own.ShowsCertificateOf(incoming))
                    throw new InvalidDataException($"Who is connected as {remote} has shown another certificate.");
                if (!_peers.TryUpdate(remote, incoming, own))
                    continue;
                own.GiveWayTo(incoming);
                return true;
            }

            if (!own.IsOpening)
                return true;
            if (Local.CompareTo(remote) < 0)
                return false;
            if (own.TryHandOver(incoming))
            {
                if (!_peers.TryUpdate(remote, incoming, own))
                    _peers.TryAdd(remote, incoming); // the attempt has failed meanwhile
                return true;
            }
        }

        return true;
    }

    public void Detach(TcpPeer peer, string reason)
    {
        _open.TryRemove(peer, out _);
        if (_peers.TryRemove(KeyValuePair.Create(peer.Remote, peer)) && !_stopped.IsCancellationRequested)
            Handler.OnDisconnected(peer.Remote, reason);
    }

    private void Listen(IPEndPoint endpoint)
    {
        var listener = new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(endpoint);
        listener.Listen(512);
        _listeners.Add(listener);
        _ = Task.Run(() => AcceptAsync(listener));
    }

    private async Task AcceptAsync(Socket listener)
    {
        while (!_stopped.IsCancellationRequested)
        {
            try
            {
                var socket = await listener.AcceptAsync(_stopped.Token);
                _ = TcpPeer.AcceptAsync(this, socket, _stopped.Token);
            }
            catch (Exception exception) when (exception is SocketException or OperationCanceledException or ObjectDisposedException)
            {
                if (_stopped.IsCancellationRequested)
                    return;
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopped.CancelAsync();
        foreach (var listener in _listeners)
            listener.Dispose();
        CloseAll("the transport stops");
        _peers.Clear();
    }

    private void CloseAll(string reason)
    {
        foreach (var peer in _open.Keys)
            peer.Close(reason);
    }

    /// <summary>
    /// Looks after threads that read and do not come back from what they run, and after connections that are silent; on a thread of its own, because the thread pool may be what is stuck.
    /// </summary>
    private void StartWatch() => new Thread(() =>
    {
        var last = Stopwatch.GetTimestamp();
        while (!_stopped.Token.WaitHandle.WaitOne(s_watchPeriod))
        {
            var now = Stopwatch.GetTimestamp();
            var passed = Stopwatch.GetElapsedTime(last, now);
            last = now;
            foreach (var peer in _open.Keys)
            {
                peer.Rescue();
                peer.Watch(passed < s_watchPeriodMax ? passed : s_watchPeriodMax);
            }
        }
    })
    {
        IsBackground = true,
        Name = "nsn engine reader watch",
    }.Start();
}
