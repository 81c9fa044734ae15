using Nsn.WebRtc.Dtls;
using Nsn.WebRtc.Hosting;
using Nsn.WebRtc.Ice;
using Nsn.WebRtc.Media;
using Nsn.WebRtc.Network;
using Nsn.WebRtc.Sessions;
using Nsn.WebRtc.Transport;

namespace Nsn.WebRtc.Tests;

/// <summary>A <see cref="MediaSource"/> with publishers and viewers, each on a seeded network of its own, all on virtual time.</summary>
internal sealed class VirtualStudio : IConnectionHost, IDisposable
{
    private static readonly TransportAddress ServerAddress = TransportAddress.FromIPv4(0x0A00_0002, 8_189);
    private static readonly DtlsCertificate ServerCertificate = DtlsCertificate.CreateEphemeral();
    private static readonly DtlsCertificate PeerCertificate = DtlsCertificate.CreateEphemeral();

    private readonly PriorityQueue<(byte[] Datagram, VirtualPeer Peer, bool ToServer), (TimeSpan At, long Order)> _wire = new();
    private readonly List<VirtualPeer> _peers = [];
    private readonly byte[] _buffer = new byte[WebRtcSession.DatagramMax];
    private readonly Random _random;
    private readonly int _seed;
    private long _order;

    public VirtualStudio(int seed = 1)
    {
        _seed = seed;
        _random = new Random(seed);
        Batch = new SendBatch(port: null, simulated: FromServer);
        Source = new MediaSource(this, "virtual");
    }

    public TimeSpan Now { get; private set; } = TimeSpan.FromSeconds(1);

    public SendBatch Batch { get; }

    public MediaSource Source { get; }

    /// <summary>Adds somebody who watches, and waits until the session is connected.</summary>
    public VirtualPeer Watch()
    {
        VirtualPeer viewer = Add(isPublisher: false);
        Source.Add(viewer.Connection);
        RunUntil("the viewer is connected", () => viewer.Session.State == SessionState.Connected);
        return viewer;
    }

    /// <summary>Adds somebody who publishes, in the place of whoever did, and waits until the session is connected.</summary>
    /// <param name="epoch">What the publisher's clock says at our time zero.</param>
    public VirtualPeer Publish(DateTimeOffset? epoch = null)
    {
        VirtualPeer publisher = Add(isPublisher: true, epoch);
        Assert.True(Source.TryPublish(publisher.Connection, replace: true, out WebRtcConnection? replaced));
        replaced?.Close();
        WhipEndpoints.Forward(publisher.Connection, Source);
        RunUntil("the publisher is connected", () => publisher.Session.State == SessionState.Connected);
        return publisher;
    }

    public void Run(double seconds)
    {
        TimeSpan end = Now + TimeSpan.FromSeconds(seconds);
        Drain();
        while (Now < end)
        {
            Step(end);
        }
    }

    public void RunUntil(string what, Func<bool> condition, double seconds = 10)
    {
        TimeSpan end = Now + TimeSpan.FromSeconds(seconds);
        Drain();
        while (!condition())
        {
            Assert.True(Now < end, $"did not happen within {seconds} s of virtual time: {what}");
            Step(end);
        }
    }

    public void Dispose()
    {
        foreach (VirtualPeer peer in _peers)
        {
            peer.Session.Dispose();
            peer.Connection.Close();
        }
    }

    void IConnectionHost.Forget(WebRtcConnection connection, SessionClosed closed)
    {
    }

    void IConnectionHost.AddUsername(string usernameFragment, WebRtcConnection connection)
    {
    }

    void IConnectionHost.RemoveUsername(string usernameFragment, WebRtcConnection connection)
    {
    }

    void IConnectionHost.Report(WebRtcConnection connection, Exception exception) => throw new InvalidOperationException("A handler of a session failed.", exception);

    private VirtualPeer Add(bool isPublisher, DateTimeOffset? epoch = null)
    {
        int number = _peers.Count + 1;
        WebRtcSession client = WebRtcSession.CreateOffer(
            new SessionOptions
            {
                Certificate = PeerCertificate,
                SendMedia = isPublisher,
                ReceiveMedia = !isPublisher,
                Random = new SeededRandomSource((_seed * 1_000) + number),
                Epoch = epoch ?? DateTimeOffset.UnixEpoch.AddYears(50),
            },
            out string offer);
        SessionOptions options = new()
        {
            Certificate = ServerCertificate,
            Candidates = [IceCandidate.Host(ServerAddress.ToEndPoint())],
            SendMedia = !isPublisher,
            ReceiveMedia = isPublisher,
            Random = new SeededRandomSource((_seed * 1_000) + 500 + number),
            Epoch = DateTimeOffset.UnixEpoch.AddYears(50),
        };
        Assert.True(WebRtcSession.TryAccept(offer, options, Now, out WebRtcSession? accepted, out string answer, out string? reason), reason);
        Assert.True(client.TryApplyAnswer(answer, Now, out reason), reason);
        VirtualPeer peer = new(client, new WebRtcConnection(this, accepted!), TransportAddress.FromIPv4(0x0A00_0100 + (uint)number, 40_000));
        _peers.Add(peer);
        return peer;
    }

    private void Step(TimeSpan end)
    {
        TimeSpan next = _wire.TryPeek(out _, out (TimeSpan At, long Order) first) ? first.At : end;
        foreach (VirtualPeer peer in _peers)
        {
            next = Min(next, Min(peer.Deadline, peer.Connection.Deadline));
        }

        // A deadline that has passed already comes again at once, but time must not stand still.
        TimeSpan least = Now + TimeSpan.FromMicroseconds(100);
        Now = Min(next < least ? least : next, end);
        while (_wire.TryPeek(out (byte[] Datagram, VirtualPeer Peer, bool ToServer) item, out first) && first.At <= Now)
        {
            _wire.Dequeue();
            if (item.ToServer)
            {
                item.Peer.Connection.Handle(item.Datagram, item.Peer.Address, Now);
                item.Peer.Connection.Flush();
            }
            else
            {
                item.Peer.Session.Handle(item.Datagram, ServerAddress, Now);
            }
        }

        foreach (VirtualPeer peer in _peers)
        {
            if (peer.Deadline <= Now)
            {
                peer.Session.HandleTimeout(Now);
            }

            if (peer.Connection.Deadline <= Now)
            {
                peer.Connection.HandleTimeout(Now);
            }
        }

        Drain();
    }

    private void Drain()
    {
        foreach (VirtualPeer peer in _peers)
        {
            PollResult result;
            while ((result = peer.Session.Poll(_buffer, Now)).Kind != PollKind.Idle)
            {
                if (result.Kind == PollKind.Datagram)
                {
                    Send(_buffer.AsSpan(0, result.Length), peer, toServer: true);
                }
                else
                {
                    peer.Note(result.Event!, Now);
                }
            }

            peer.Deadline = result.Deadline;
        }
    }

    private void FromServer(ReadOnlySpan<byte> datagram, TransportAddress to)
    {
        if (_peers.Find(peer => peer.Address == to) is { } peer)
        {
            Send(datagram, peer, toServer: false);
        }
    }

    private void Send(ReadOnlySpan<byte> datagram, VirtualPeer peer, bool toServer)
    {
        if (_random.NextDouble() < peer.Loss)
        {
            return;
        }

        TimeSpan departure = Now;
        if (!toServer && peer.LinkBitsPerSecond > 0)
        {
            departure = peer.LinkFreeAt > Now ? peer.LinkFreeAt : Now;
            if (departure - Now > TimeSpan.FromMilliseconds(300))
            {
                return;
            }

            peer.LinkFreeAt = departure += TimeSpan.FromSeconds((datagram.Length + 28) * 8.0 / peer.LinkBitsPerSecond);
        }

        _wire.Enqueue((datagram.ToArray(), peer, toServer), (departure + peer.Delay + (peer.Jitter * _random.NextDouble()), _order++));
    }

    private static TimeSpan Min(TimeSpan left, TimeSpan right) => left < right ? left : right;
}
