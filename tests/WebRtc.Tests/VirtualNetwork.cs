using Nsn.WebRtc.Dtls;
using Nsn.WebRtc.Ice;
using Nsn.WebRtc.Media;
using Nsn.WebRtc.Network;
using Nsn.WebRtc.Sessions;

namespace Nsn.WebRtc.Tests;

/// <summary>A client session and a gateway session on a seeded, lossy, virtual network with virtual time.</summary>
internal sealed class VirtualNetwork : IDisposable
{
    public static readonly TransportAddress ClientAddress = TransportAddress.FromIPv4(0x0A00_0001, 40_000);
    public static readonly TransportAddress ServerAddress = TransportAddress.FromIPv4(0x0A00_0002, 8_189);

    private static readonly DtlsCertificate ServerCertificate = DtlsCertificate.CreateEphemeral();
    private static readonly DtlsCertificate ClientCertificate = DtlsCertificate.CreateEphemeral();

    private readonly Random _random;
    private readonly PriorityQueue<(byte[] Datagram, bool ToServer, TransportAddress From), (TimeSpan At, long Order)> _wire = new();
    private readonly byte[] _buffer = new byte[WebRtcSession.DatagramMax];
    private long _order;

    public VirtualNetwork(
        int seed = 1, Func<SessionOptions, SessionOptions>? client = null, Func<SessionOptions, SessionOptions>? server = null, Func<string, string>? changeOffer = null)
    {
        _random = new Random(seed);
        SessionOptions clientOptions = new()
        {
            Certificate = ClientCertificate,
            SendMedia = false,
            ReceiveMedia = true,
            Random = new SeededRandomSource(seed),
            Epoch = DateTimeOffset.UnixEpoch.AddYears(50),
        };
        SessionOptions serverOptions = new()
        {
            Certificate = ServerCertificate,
            Candidates = [IceCandidate.Host(ServerAddress.ToEndPoint())],
            Random = new SeededRandomSource(seed + 1_000_000),
            Epoch = DateTimeOffset.UnixEpoch.AddYears(50),
        };
        clientOptions = client?.Invoke(clientOptions) ?? clientOptions;
        serverOptions = server?.Invoke(serverOptions) ?? serverOptions;
        Client = WebRtcSession.CreateOffer(clientOptions, out string offer);
        Assert.True(WebRtcSession.TryAccept(changeOffer?.Invoke(offer) ?? offer, serverOptions, Now, out WebRtcSession? accepted, out string answer, out string? reason), reason);
        Server = accepted!;
        Assert.True(Client.TryApplyAnswer(answer, Now, out reason), reason);
        Answer = answer;
    }

    public WebRtcSession Client { get; }

    public WebRtcSession Server { get; }

    public string Answer { get; }

    public TimeSpan Now { get; private set; } = TimeSpan.FromSeconds(1);

    public TransportAddress ClientFrom { get; set; } = ClientAddress;

    /// <summary>Fraction lost, both ways.</summary>
    public double Loss { get; set; }

    /// <summary>Fraction sent twice.</summary>
    public double Duplication { get; set; }

    /// <summary>Fraction of datagrams with changed bytes.</summary>
    public double Mutation { get; set; }

    public TimeSpan Delay { get; set; } = TimeSpan.FromMilliseconds(5);

    public TimeSpan Jitter { get; set; }

    /// <summary>What the link to the client carries, bits per second; 0 for any rate. Up to 300 ms of it wait in a queue, what comes then is lost.</summary>
    public long LinkBitsPerSecond { get; set; }

    private TimeSpan _linkFreeAt;

    /// <summary>Sees every datagram before it is sent; false loses it.</summary>
    public Func<byte[], bool, bool>? Filter { get; set; }

    public List<SessionEvent> ClientEvents { get; } = [];

    public List<SessionEvent> ServerEvents { get; } = [];

    public Action<SessionEvent>? OnClientEvent { get; set; }

    public Action<SessionEvent>? OnServerEvent { get; set; }

    public List<byte[]> ToClient { get; } = [];

    public bool RecordToClient { get; set; }

    public IEnumerable<ReceivedFrame> VideoFrames => ClientEvents.OfType<FrameReceived>().Select(e => e.Frame).Where(frame => frame.Codec.IsVideo());

    /// <summary>Runs until a condition holds; fails with a message if it does not within the virtual time given.</summary>
    public void RunUntil(string what, Func<bool> condition, double seconds = 10)
    {
        TimeSpan end = Now + TimeSpan.FromSeconds(seconds);
        Drain();
        while (!condition())
        {
            Assert.True(Now < end, $"did not happen within {seconds} s of virtual time: {what} (client {Client.State}, {Client.LastDropReason}; server {Server.State}, {Server.LastDropReason})");
            Step(end);
        }
    }

    /// <summary>Runs for a while.</summary>
    public void Run(double seconds)
    {
        TimeSpan end = Now + TimeSpan.FromSeconds(seconds);
        Drain();
        while (Now < end)
        {
            Step(end);
        }
    }

    public void Connect(double seconds = 10) =>
        RunUntil("both connected", () => Client.State == SessionState.Connected && Server.State == SessionState.Connected, seconds);

    public void Inject(byte[] datagram, bool toServer, TransportAddress from)
    {
        (toServer ? Server : Client).Handle(datagram, from, Now);
        Drain();
    }

    public void Drain()
    {
        Drain(Client, toServer: true);
        Drain(Server, toServer: false);
    }

    public void Dispose()
    {
        Client.Dispose();
        Server.Dispose();
    }

    private TimeSpan _clientDeadline;
    private TimeSpan _serverDeadline;

    private void Step(TimeSpan end)
    {
        TimeSpan next = _clientDeadline < _serverDeadline ? _clientDeadline : _serverDeadline;
        if (_wire.TryPeek(out _, out (TimeSpan At, long Order) first) && first.At < next)
        {
            next = first.At;
        }

        Now = next < Now ? Now : next < end ? next : end;
        if (next <= Now && !(_wire.TryPeek(out _, out first) && first.At <= Now) && _clientDeadline > Now && _serverDeadline > Now)
        {
            return;
        }

        while (_wire.TryPeek(out (byte[] Datagram, bool ToServer, TransportAddress From) item, out first) && first.At <= Now)
        {
            _wire.Dequeue();
            (item.ToServer ? Server : Client).Handle(item.Datagram, item.From, Now);
        }

        if (_clientDeadline <= Now)
        {
            Client.HandleTimeout(Now);
        }

        if (_serverDeadline <= Now)
        {
            Server.HandleTimeout(Now);
        }

        Drain();
    }

    private void Drain(WebRtcSession session, bool toServer)
    {
        while (true)
        {
            PollResult result = session.Poll(_buffer, Now);
            switch (result.Kind)
            {
                case PollKind.Datagram:
                    Send(_buffer.AsSpan(0, result.Length).ToArray(), toServer);
                    continue;
                case PollKind.Event:
                    (toServer ? ClientEvents : ServerEvents).Add(result.Event!);
                    (toServer ? OnClientEvent : OnServerEvent)?.Invoke(result.Event!);
                    continue;
            }

            // A deadline that has passed already comes again at once, but time must not stand still.
            TimeSpan deadline = result.Deadline <= Now ? Now + TimeSpan.FromMilliseconds(1) : result.Deadline;
            _ = toServer ? _clientDeadline = deadline : _serverDeadline = deadline;
            return;
        }
    }

    private void Send(byte[] datagram, bool toServer)
    {
        if (!toServer && RecordToClient)
        {
            ToClient.Add([.. datagram]);
        }

        if (Filter is not null && !Filter(datagram, toServer))
        {
            return;
        }

        int copies = _random.NextDouble() < Duplication ? 2 : 1;
        for (int i = 0; i < copies; i++)
        {
            if (_random.NextDouble() < Loss)
            {
                continue;
            }

            byte[] copy = [.. datagram];
            if (_random.NextDouble() < Mutation)
            {
                copy[_random.Next(copy.Length)] ^= (byte)(1 << _random.Next(8));
            }

            TimeSpan departure = Now;
            if (!toServer && LinkBitsPerSecond > 0)
            {
                departure = _linkFreeAt > Now ? _linkFreeAt : Now;
                if (departure - Now > TimeSpan.FromMilliseconds(300))
                {
                    continue;
                }

                _linkFreeAt = departure += TimeSpan.FromSeconds((datagram.Length + 28) * 8.0 / LinkBitsPerSecond);
            }

            TimeSpan at = departure + Delay + (Jitter * _random.NextDouble());
            _wire.Enqueue((copy, toServer, toServer ? ClientFrom : ServerAddress), (at, _order++));
        }
    }
}
