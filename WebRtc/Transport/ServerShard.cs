using Nsn.WebRtc.Network;
using Nsn.WebRtc.Rtp;

namespace Nsn.WebRtc.Transport;

/// <summary>
/// One socket and the thread that receives from it and drives the clocks of its share of the sessions. With several, the kernel spreads peers over the
/// sockets by their address (SO_REUSEPORT); a session is the same whichever socket its datagrams come through.
/// </summary>
internal sealed class ServerShard
{
    /// <summary>
    /// How long the thread rests after nothing but RTCP came. Each viewer sends some twenty reports a second at moments of its own; to wake for each costs more than to
    /// read them. A repeat that one of them asks for comes this much later.
    /// </summary>
    private static readonly TimeSpan Rest = TimeSpan.FromMilliseconds(2);

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
        ReceiveBatch receive = new();
        TimeSpan tick = WebRtcServer.IdleTick;
        bool hasRested = false;
        while (!_server.IsStopping)
        {
            // After a rest something is there as a rule, so there is no need to ask first.
            int count = hasRested ? receive.Receive(Port, TimeSpan.Zero) : 0;
            count = count > 0 ? count : receive.Receive(Port, tick);
            TimeSpan now = _server.Now;
            Interlocked.Exchange(ref _lastRoundTicks, now.Ticks);
            bool onlyReports = count > 0;
            for (int i = 0; i < count; i++)
            {
                Span<byte> datagram = receive.Datagram(i, out TransportAddress from);
                onlyReports &= RtpHeader.IsRtcp(datagram);
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
            hasRested = onlyReports && count < ReceiveBatch.Capacity;
            if (hasRested)
            {
                Thread.Sleep(tick < Rest ? tick : Rest);
            }
        }
    }
}
