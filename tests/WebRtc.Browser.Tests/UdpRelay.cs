using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Nsn.WebRtc.Browser.Tests;

/// <summary>A seeded bad network between a browser and the gateway: loses and delays datagrams both ways, and may carry little to the browser.</summary>
public sealed class UdpRelay : IDisposable
{
    private readonly Socket _outer = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly IPEndPoint _server;
    private readonly ConcurrentDictionary<IPEndPoint, Socket> _clients = new();
    private readonly PriorityQueue<(byte[] Datagram, Socket Socket, EndPoint To), (long At, long Number)> _queue = new();
    private readonly Random _random;
    private readonly List<Thread> _threads = [];
    private long _number;
    private long _latestToClient;
    private long _latestToServer;
    private double _linkFreeAt;
    private volatile bool _stopping;
    private long _reboundAt;
    private long _checkedAfter = -1;
    private long _sentAfter = -1;
    private long _mediaAfter = -1;

    public UdpRelay(int serverPort, int seed = 1)
    {
        _server = new IPEndPoint(IPAddress.Loopback, serverPort);
        _random = new Random(seed);
        _outer.ReceiveBufferSize = 1_048_576;
        _outer.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        Start(() => Receive(_outer, fromClient: true, null));
        Start(Deliver);
    }

    public int Port => ((IPEndPoint)_outer.LocalEndPoint!).Port;

    public double Loss { get; set; }

    public TimeSpan Delay { get; set; }

    public TimeSpan Jitter { get; set; }

    /// <summary>What the link to the browser carries, bits per second; 0 for any rate. Up to 300 ms of it wait in a queue, what comes then is lost.</summary>
    public int LinkBitsPerSecond { get; set; }

    /// <summary>Whether datagrams overtake each other because of the jitter; the queues that jitter comes from keep the order.</summary>
    public bool Reorders { get; set; }

    /// <summary>Replaces the path to the server by another socket, as a NAT that lost its state does.</summary>
    public void Rebind()
    {
        _reboundAt = Environment.TickCount64;
        (_sentAfter, _checkedAfter, _mediaAfter) = (-1, -1, -1);
        foreach (Socket socket in _clients.Values)
        {
            socket.Dispose();
        }

        _clients.Clear();
    }

    /// <summary>What happened after the path was replaced, for messages: when the client sent anything and its first check, and when the server's first media came.</summary>
    public string DescribeChange() =>
        $"first datagram after {_sentAfter} ms, first check after {_checkedAfter} ms, first media after {_mediaAfter} ms";

    public void Dispose()
    {
        _stopping = true;
        _outer.Dispose();
        foreach (Socket socket in _clients.Values)
        {
            socket.Dispose();
        }

        lock (_queue)
        {
            Monitor.PulseAll(_queue);
        }
    }

    private void Start(ThreadStart run)
    {
        Thread thread = new(run) { IsBackground = true };
        _threads.Add(thread);
        thread.Start();
    }

    private void Receive(Socket socket, bool fromClient, IPEndPoint? client)
    {
        byte[] buffer = new byte[2_048];
        while (!_stopping)
        {
            try
            {
                EndPoint from = new IPEndPoint(IPAddress.Any, 0);
                int length = socket.ReceiveFrom(buffer, ref from);
                if (_reboundAt > 0)
                {
                    NoteAfterChange(buffer[0], fromClient, Environment.TickCount64 - _reboundAt);
                }

                if (!fromClient)
                {
                    Enqueue(buffer.AsSpan(0, length).ToArray(), _outer, client!);
                    continue;
                }

                IPEndPoint source = (IPEndPoint)from;
                Socket path = _clients.GetOrAdd(source, key =>
                {
                    Socket created = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
                    created.ReceiveBufferSize = 1_048_576;
                    created.Bind(new IPEndPoint(IPAddress.Loopback, 0));
                    Start(() => Receive(created, fromClient: false, key));
                    return created;
                });
                Enqueue(buffer.AsSpan(0, length).ToArray(), path, _server);
            }
            catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
            {
                if (!fromClient || _stopping)
                {
                    return;
                }
            }
        }
    }

    // RFC 7983: STUN below 4, RTP and RTCP from 128 on.
    private void NoteAfterChange(byte first, bool fromClient, long after)
    {
        if (fromClient)
        {
            Interlocked.CompareExchange(ref _sentAfter, after, -1);
        }

        if (fromClient && first < 4)
        {
            Interlocked.CompareExchange(ref _checkedAfter, after, -1);
        }
        else if (!fromClient && first >= 128)
        {
            Interlocked.CompareExchange(ref _mediaAfter, after, -1);
        }
    }

    private void Enqueue(byte[] datagram, Socket socket, EndPoint to)
    {
        lock (_queue)
        {
            if (_random.NextDouble() < Loss)
            {
                return;
            }

            double departure = Environment.TickCount64;
            if (socket == _outer && LinkBitsPerSecond > 0)
            {
                double free = Math.Max(departure, _linkFreeAt);
                if (free - departure > 300)
                {
                    return;
                }

                departure = _linkFreeAt = free + ((datagram.Length + 28) * 8_000.0 / LinkBitsPerSecond);
            }

            long at = (long)(departure + (Delay + (Jitter * _random.NextDouble())).TotalMilliseconds);
            if (!Reorders)
            {
                ref long latest = ref socket == _outer ? ref _latestToClient : ref _latestToServer;
                latest = at = Math.Max(at, latest);
            }

            _queue.Enqueue((datagram, socket, to), (at, _number++)); // what is due at the same time goes in the order in which it came
            Monitor.Pulse(_queue);
        }
    }

    private void Deliver()
    {
        while (!_stopping)
        {
            (byte[] Datagram, Socket Socket, EndPoint To) item;
            lock (_queue)
            {
                if (!_queue.TryPeek(out item, out (long At, long Number) due))
                {
                    Monitor.Wait(_queue, 100);
                    continue;
                }

                long wait = due.At - Environment.TickCount64;
                if (wait > 0)
                {
                    Monitor.Wait(_queue, (int)wait);
                    continue;
                }

                _queue.Dequeue();
            }

            try
            {
                item.Socket.SendTo(item.Datagram, item.To);
            }
            catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
            {
                // A path that was replaced: what was on it is lost.
            }
        }
    }
}
