using System.Net;
using Nsn.WebRtc.Client;
using Nsn.WebRtc.DataChannels;
using Nsn.WebRtc.Dtls;
using Nsn.WebRtc.Ice;
using Nsn.WebRtc.Network;
using Nsn.WebRtc.Sctp;
using Nsn.WebRtc.Sessions;
using Nsn.WebRtc.Transport;

namespace Nsn.WebRtc.Tests;

/// <summary>What the transport around a session owes to the other sessions: handlers that throw or are slow, and the names and addresses that lead to a session.</summary>
public sealed class ConnectionTests : IDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    private readonly DtlsCertificate _certificate = DtlsCertificate.CreateEphemeral();
    private readonly WebRtcServer _server = new(new WebRtcServerOptions { BindAddress = IPAddress.Loopback });
    private readonly ClientLoop _loop = new();

    public void Dispose()
    {
        _loop.Dispose();
        _server.Dispose();
        _certificate.Dispose();
    }

    [Fact]
    public async Task handler_that_throws_ends_its_own_session_and_no_other()
    {
        using ClientPeer first = Join(out WebRtcConnection unlucky);
        using ClientPeer second = Join(out WebRtcConnection other);
        int seen = 0;
        List<SessionEvent> toldToTheNext = [];
        unlucky.Event += (_, e) =>
        {
            seen++;
            throw new InvalidOperationException("a mistake in a handler");
        };
        unlucky.Event += (_, e) => toldToTheNext.Add(e);
        Connect(first);
        SessionClosed closed = await unlucky.Closed.WaitAsync(Deadline, TestContext.Current.CancellationToken);
        Assert.Equal(CloseReason.Failed, closed.Reason);
        Assert.Equal("a mistake in a handler", Assert.IsType<InvalidOperationException>(closed.Exception).Message);
        Assert.Equal([typeof(SessionConnected), typeof(SessionClosed)], toldToTheNext.Select(e => e.GetType()));
        Assert.Equal(2, seen);
        Assert.Equal(CloseReason.Peer, (await first.Connection.Closed.WaitAsync(Deadline, TestContext.Current.CancellationToken)).Reason);
        Assert.Equal(1, _server.GetTotals().Closed[(int)CloseReason.Failed]);

        Connect(second);
        await other.Connected.WaitAsync(Deadline, TestContext.Current.CancellationToken);
        Assert.Equal([other], _server.Connections);
    }

    [Fact]
    public async Task handler_of_a_client_that_throws_leaves_the_other_clients_of_the_loop_alone()
    {
        using ClientPeer first = Join(out _);
        using ClientPeer second = Join(out _);
        first.Connection.Event += (_, _) => throw new InvalidOperationException("a mistake in a handler");
        Connect(first);
        SessionClosed closed = await first.Connection.Closed.WaitAsync(Deadline, TestContext.Current.CancellationToken);
        Assert.IsType<InvalidOperationException>(closed.Exception);
        Connect(second);
        await second.Connection.Connected.WaitAsync(Deadline, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task messages_as_long_as_the_options_say_arrive_whatever_the_size()
    {
        const int Size = 3 * 1_024 * 1_024;
        using ClientPeer peer = Join(out WebRtcConnection connection, options => options with { MaxMessageSize = Size });
        TaskCompletionSource<int> got = new(TaskCreationOptions.RunContinuationsAsynchronously);
        connection.Event += (_, e) =>
        {
            if (e is DataChannelMessage message)
            {
                got.TrySetResult(message.Data.Length);
            }
        };
        Connect(peer);
        await peer.Connection.Connected.WaitAsync(Deadline, TestContext.Current.CancellationToken);
        DataChannel channel = peer.Connection.OpenDataChannel("long");
        Assert.Equal(SctpSendResult.Queued, peer.Connection.SendData(channel, new byte[Size]));
        Assert.Equal(Size, await got.Task.WaitAsync(Deadline, TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(int.MaxValue)]
    public void message_size_that_cannot_work_is_refused_where_the_session_is_made(int size)
    {
        InvalidOperationException refused = Assert.Throws<InvalidOperationException>(() => Join(out _, options => options with { MaxMessageSize = size }));
        Assert.Contains("MaxMessageSize", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void slow_handler_stops_the_peer_instead_of_filling_the_memory()
    {
        using LoopbackPair pair = new(_certificate);
        const int Count = 2_000;
        DataChannel channel = pair.OpenChannel();
        byte[] message = new byte[16_000];
        int sent = 0;
        int got = 0;
        int mostWaiting = 0;
        int gotAtOnce = 0;
        pair.Server.Event += (_, e) =>
        {
            if (e is not DataChannelMessage)
            {
                return;
            }

            got++;
            if (got > 1)
            {
                return;
            }

            // The handler is still busy with the first message while all that the network can carry comes in.
            for (int round = 0; round < 3_000; round++)
            {
                SendMore();
                pair.Step();
                mostWaiting = Math.Max(mostWaiting, pair.Server.EventsWaiting);
            }
        };
        pair.RunUntil("every message", () =>
        {
            SendMore();
            gotAtOnce = gotAtOnce == 0 ? got : gotAtOnce;
            return got == Count;
        });
        Assert.InRange(mostWaiting, 32, WebRtcSession.EventsMax);
        Assert.True(gotAtOnce > WebRtcSession.EventsMax + 1, $"what waited in the session did not follow once the handler was ready: {gotAtOnce} messages came");

        void SendMore()
        {
            while (sent < Count && channel.Send(message, pair.Now) == SctpSendResult.Queued)
            {
                sent++;
            }
        }
    }

    [Fact]
    public void slow_handler_holds_no_more_bytes_of_long_messages_than_of_short_ones()
    {
        const int Size = 1_024 * 1_024;
        const int Count = 24;
        using LoopbackPair pair = new(_certificate, Size);
        DataChannel channel = pair.OpenChannel();
        byte[] message = new byte[Size];
        int sent = 0;
        int got = 0;
        long mostWaiting = 0;
        pair.Server.Event += (_, e) =>
        {
            got += e is DataChannelMessage ? 1 : 0;
            for (int round = 0; got == 1 && round < 3_000; round++)
            {
                SendMore();
                pair.Step();
                mostWaiting = Math.Max(mostWaiting, pair.Server.EventBytesWaiting);
            }
        };
        pair.RunUntil("every message", () =>
        {
            SendMore();
            return got == Count;
        });
        Assert.InRange(mostWaiting, Size, WebRtcSession.EventBytesMax + Size);

        void SendMore()
        {
            while (sent < Count && channel.Send(message, pair.Now) == SctpSendResult.Queued)
            {
                sent++;
            }
        }
    }

    [Fact]
    public void restarts_leave_two_names_and_a_closed_session_leaves_none()
    {
        using ClientPeer peer = Join(out WebRtcConnection connection);
        for (int i = 0; i < 10; i++)
        {
            connection.RestartIce(IceCredentials.Create(SystemRandomSource.Instance));
        }

        Assert.Equal(2, connection.Usernames.Count);
        Assert.Equal(2, _server.RoutedNames);
        connection.Close();
        connection.RestartIce(IceCredentials.Create(SystemRandomSource.Instance));
        Assert.Equal(0, _server.RoutedNames);
    }

    [Fact]
    public void session_hears_its_peer_from_any_number_of_addresses_in_turn()
    {
        using LoopbackPair pair = new(_certificate);
        System.Collections.Concurrent.ConcurrentDictionary<TransportAddress, WebRtcConnection> routes = new();
        for (int i = 0; i < 100; i++)
        {
            TransportAddress address = TransportAddress.Loopback(10_000 + i);
            TransportAddress? forgotten = pair.Server.AddAddress(address, routes);
            Assert.True(routes.ContainsKey(address), $"address {i} leads nowhere");
            Assert.Equal(i < WebRtcConnection.AddressesMax ? null : TransportAddress.Loopback(10_000 + i - WebRtcConnection.AddressesMax), forgotten);
            Assert.Equal(routes.Keys.ToHashSet(), pair.Server.Addresses.ToHashSet());
        }

        // One that is in use again is not the oldest any more.
        TransportAddress used = pair.Server.Addresses[0];
        Assert.Null(pair.Server.AddAddress(used, routes));
        for (int i = 0; i < WebRtcConnection.AddressesMax - 1; i++)
        {
            pair.Server.AddAddress(TransportAddress.Loopback(20_000 + i), routes);
        }

        Assert.True(routes.ContainsKey(used));
        Assert.Equal(WebRtcConnection.AddressesMax, routes.Count);
        pair.Server.Close();
        Assert.Null(pair.Server.AddAddress(TransportAddress.Loopback(30_000), routes));
        Assert.False(routes.ContainsKey(TransportAddress.Loopback(30_000)));
    }

    private ClientPeer Join(out WebRtcConnection connection, Func<SessionOptions, SessionOptions>? configure = null)
    {
        ClientPeer peer = new(_loop, new SessionOptions { Certificate = _certificate, SendMedia = false, ReceiveMedia = true, Epoch = _loop.Clock.Epoch }, IPAddress.Loopback, out string offer);
        try
        {
            Assert.True(_server.TryAccept(offer, configure, out WebRtcConnection? accepted, out string answer, out string? reason), reason);
            connection = accepted!;
            peer.Connection.Tag = answer;
            return peer;
        }
        catch
        {
            peer.Dispose();
            throw;
        }
    }

    private static void Connect(ClientPeer peer) => Assert.True(peer.Connection.TryApplyAnswer((string)peer.Connection.Tag!, out string? reason), reason);

    /// <summary>A connection of the server's and a session of its peer on two sockets, driven by the test's own thread and clock.</summary>
    private sealed class LoopbackPair : IConnectionHost, IDisposable
    {
        private readonly UdpPort _serverPort = UdpPort.Open(IPAddress.Loopback, 0);
        private readonly UdpPort _clientPort = UdpPort.Open(IPAddress.Loopback, 0);
        private readonly SocketAddress _from = new(System.Net.Sockets.AddressFamily.InterNetwork);
        private readonly byte[] _buffer = new byte[2_048];
        private readonly WebRtcSession _client;

        public LoopbackPair(DtlsCertificate certificate, int maxMessageSize = 262_144)
        {
            Batch = new SendBatch(_serverPort);
            SessionOptions options = new() { Certificate = certificate, SendMedia = false, ReceiveMedia = true, MaxMessageSize = maxMessageSize };
            _client = WebRtcSession.CreateOffer(options, out string offer);
            SessionOptions ours = new() { Certificate = certificate, Candidates = [IceCandidate.Host(new IPEndPoint(IPAddress.Loopback, _serverPort.LocalPort))], MaxMessageSize = maxMessageSize };
            Assert.True(WebRtcSession.TryAccept(offer, ours, Now, out WebRtcSession? session, out string answer, out string? reason), reason);
            Server = new WebRtcConnection(this, session!);
            Assert.True(_client.TryApplyAnswer(answer, Now, out reason), reason);
        }

        public WebRtcConnection Server { get; }

        public TimeSpan Now { get; private set; } = TimeSpan.FromSeconds(1);

        public SendBatch Batch { get; }

        public DataChannel OpenChannel()
        {
            RunUntil("a connection", () => _client.State == SessionState.Connected && Server.State == SessionState.Connected);
            return _client.OpenDataChannel("test", new DataChannelSettings(), Now);
        }

        public void RunUntil(string what, Func<bool> condition)
        {
            System.Diagnostics.Stopwatch clock = System.Diagnostics.Stopwatch.StartNew();
            while (!condition())
            {
                Assert.True(clock.Elapsed < Deadline, $"did not happen within {Deadline.TotalSeconds} s: {what} (client {_client.State}, server {Server.State})");
                Step();
            }
        }

        /// <summary>A millisecond.</summary>
        public void Step()
        {
            Now += TimeSpan.FromMilliseconds(1);
            _client.HandleTimeout(Now);
            for (PollResult next = _client.Poll(_buffer, Now); next.Kind != PollKind.Idle; next = _client.Poll(_buffer, Now))
            {
                if (next.Kind == PollKind.Datagram)
                {
                    _clientPort.Send(_buffer.AsSpan(0, next.Length), TransportAddress.Loopback(_serverPort.LocalPort));
                }
            }

            byte[] datagram = new byte[2_048];
            for (int length = _serverPort.Receive(datagram, _from); length > 0; length = _serverPort.Receive(datagram, _from))
            {
                Server.Handle(datagram.AsSpan(0, length), TransportAddress.From(_from), Now);
                Server.Flush();
            }

            if (Server.Deadline <= Now)
            {
                Server.HandleTimeout(Now);
            }

            for (int length = _clientPort.Receive(datagram, _from); length > 0; length = _clientPort.Receive(datagram, _from))
            {
                _client.Handle(datagram.AsSpan(0, length), TransportAddress.From(_from), Now);
            }
        }

        public void Forget(WebRtcConnection connection, SessionClosed closed)
        {
        }

        public void AddUsername(string usernameFragment, WebRtcConnection connection)
        {
        }

        public void RemoveUsername(string usernameFragment, WebRtcConnection connection)
        {
        }

        public void Report(WebRtcConnection connection, Exception exception) => Assert.Fail(exception.ToString());

        public void Dispose()
        {
            Server.Close();
            _client.Dispose();
            _serverPort.Dispose();
            _clientPort.Dispose();
        }
    }
}
