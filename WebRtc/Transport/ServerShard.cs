using Nsn.WebRtc.Network;

namespace Nsn.WebRtc.Transport;

/// <summary>
/// One socket and the thread that receives from it and drives the clocks of its share of the sessions. With several, the kernel spreads peers over the
/// sockets by their address (SO_REUSEPORT); a session is the same whichever socket its datagrams come through.
/// </summary>
internal sealed class ServerShard
{
    private readonly WebRtcServer _server;
    private readonly Thread _thread;
    private readonly HashSet<WebRtcConnection> _touched = [];
    private long _lastRoundTicks;

    public ServerShard(WebRtcServer server, UdpPort port, int index)
    {
        _server = server;
        Port = port;
        Index = index;
        _lastRoundTicks = server.Now.Ticks;
        _thread = new Thread(Run) { IsBackground = true, Name = "WebRTC " + index };
    }

    public UdpPort Port { get; }

    public int Index { get; }

    /// <summary>When the thread last came round.</summary>
    public TimeSpan LastRound => TimeSpan.FromTicks(Interlocked.Read(ref _lastRoundTicks));

    public void Start() => _thread.Start();

    public void Join()
    {
        if (Thread.CurrentThread != _thread)
        {
            _thread.Join();
        }
    }

    private void Run()
    {
        SendBatch batch = _server.UsePort(Port);
        ReceiveBatch receive = new(Port);
        TimeSpan tick = WebRtcServer.IdleTick;
        while (!_server.IsStopping)
        {
            int count = receive.Receive(tick);
            TimeSpan now = _server.Now;
            Interlocked.Exchange(ref _lastRoundTicks, now.Ticks);
            for (int i = 0; i < count; i++)
            {
                Span<byte> datagram = receive.Datagram(i, out TransportAddress from);
                if (_server.Deliver(datagram, from, now) is { } connection)
                {
                    _touched.Add(connection);
                }
            }

            batch.Hold();

            // One answer for all datagrams of a session that came together: fewer acknowledgements, larger batches.
            foreach (WebRtcConnection connection in _touched)
            {
                connection.Flush();
            }

            _touched.Clear();
            tick = _server.DriveClocks(Index, count == ReceiveBatch.Capacity);
            batch.Release();
        }
    }
}
