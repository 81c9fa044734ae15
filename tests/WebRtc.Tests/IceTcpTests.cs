using System.Buffers.Binary;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Nsn.WebRtc.Dtls;
using Nsn.WebRtc.Ice;
using Nsn.WebRtc.Network;
using Nsn.WebRtc.Sessions;
using Nsn.WebRtc.Transport;

namespace Nsn.WebRtc.Tests;

/// <summary>The server's TCP port against a client session whose datagrams are framed by hand (RFC 4571).</summary>
public class IceTcpTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    [Theory]
    [InlineData(4_096)]
    [InlineData(1)]
    public void session_connects_over_tcp_however_the_stream_is_cut(int bytesPerWrite)
    {
        using WebRtcServer server = new(new WebRtcServerOptions { BindAddress = IPAddress.Loopback });
        MediaSource source = new(server, "test");
        using DtlsCertificate certificate = DtlsCertificate.CreateEphemeral();
        SessionOptions options = new() { Certificate = certificate, SendMedia = false, ReceiveMedia = true };
        WebRtcSession client = WebRtcSession.CreateOffer(options, out string offer);
        Assert.True(server.TryAccept(offer, null, out WebRtcConnection? viewer, out string answer, out string? reason), reason);
        source.Add(viewer!);
        Assert.Contains(server.Candidates, candidate => candidate.IsTcp && candidate.Address.Port == server.TcpPort);
        Assert.Contains(" tcp ", answer, StringComparison.Ordinal);
        Assert.Contains("tcptype passive", answer, StringComparison.Ordinal);
        answer = string.Join("\r\n", answer.Split("\r\n").Where(line => !line.StartsWith("a=candidate", StringComparison.Ordinal)));
        Assert.True(client.TryApplyAnswer(answer, TimeSpan.Zero, out reason), reason);

        using FramedConnection wire = new(server.TcpPort!.Value, bytesPerWrite);
        client.AddRemoteCandidate(new IceCandidate(wire.Address, "host", 1, IsTcp: true));
        List<SessionEvent> events = [];
        uint timestamp = 0;
        wire.RunUntil(client, events, () =>
        {
            if (viewer!.State == SessionState.Connected)
            {
                source.SendVideo([0x10, 0, 0, 0x9d, 0x01, 0x2a, 64, 0, 36, 0, .. new byte[3_000]], timestamp += 3_000, isKeyFrame: true);
            }

            return events.OfType<FrameReceived>().Count() >= 3;
        });
        Assert.Equal(1, server.TcpConnections);
        client.Dispose();
    }

    [Theory]
    [InlineData("000401020304")]
    [InlineData("FFFF")]
    public void connection_that_does_not_begin_with_a_connectivity_check_is_closed(string bytes)
    {
        using WebRtcServer server = new(new WebRtcServerOptions { BindAddress = IPAddress.Loopback });
        using Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveTimeout = (int)Deadline.TotalMilliseconds };
        socket.Connect(new IPEndPoint(IPAddress.Loopback, server.TcpPort!.Value));
        socket.Send(Convert.FromHexString(bytes));
        Assert.Equal(0, socket.Receive(new byte[16]));
    }

    [Fact]
    public void one_host_that_says_nothing_does_not_keep_the_others_out()
    {
        using WebRtcServer server = new(new WebRtcServerOptions { BindAddress = IPAddress.Any, PublicAddresses = { IPAddress.Loopback } });
        List<Socket> silent = [];
        try
        {
            for (int i = 0; i <= TcpPort.StrangersPerAddressMax; i++)
            {
                silent.Add(ConnectFrom(IPAddress.Parse("127.0.0.2")));
            }

            // The last is refused while those before it are still given their time.
            Assert.Equal(0, silent[^1].Receive(new byte[16]));
            Assert.False(silent[0].Poll(0, SelectMode.SelectRead), "the first connection was closed, too");
            Assert.Equal(TcpPort.StrangersPerAddressMax, server.TcpConnections);
            silent.Add(ConnectFrom(IPAddress.Parse("127.0.0.3")));
            Assert.True(SpinWait.SpinUntil(() => server.TcpConnections == TcpPort.StrangersPerAddressMax + 1, Deadline), "another host's connection was not taken");
        }
        finally
        {
            silent.ForEach(socket => socket.Dispose());
        }

        Assert.True(SpinWait.SpinUntil(() => server.TcpConnections == 0, Deadline), "closed connections are still counted");
        using Socket again = ConnectFrom(IPAddress.Parse("127.0.0.2"));
        Assert.True(SpinWait.SpinUntil(() => server.TcpConnections == 1, Deadline), "the host has no share any more after its connections are closed");

        Socket ConnectFrom(IPAddress address)
        {
            Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveTimeout = (int)Deadline.TotalMilliseconds };
            socket.Bind(new IPEndPoint(address, 0));
            socket.Connect(new IPEndPoint(IPAddress.Loopback, server.TcpPort!.Value));
            return socket;
        }
    }

    [Fact]
    public async Task accept_loop_waits_longer_and_longer_while_no_socket_can_be_opened()
    {
        ManualTime time = new();
        int tries = 0;
        using Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        using CancellationTokenSource stop = new();
        List<Socket> taken = [];
        SocketError? error = SocketError.TooManyOpenSockets;
        AcceptLoop loop = new(
            _ =>
            {
                Assert.True(++tries < 1_000, "the loop turns without a pause");
                return error is { } code ? throw new SocketException((int)code) : taken.Count == 0 ? ValueTask.FromResult(socket) : throw new ObjectDisposedException("socket");
            },
            taken.Add,
            time);
        Task running = loop.RunAsync(stop.Token);
        double[] pauses = [10, 20, 40, 80, 160, 320, 640, 1_000, 1_000];
        for (int i = 0; i < pauses.Length; i++)
        {
            Assert.True(
                SpinWait.SpinUntil(() => tries == i + 1 && time.Timers == i + 1, Deadline), $"{tries} tries and {time.Timers} pauses instead of {i + 1}");
            Assert.Equal(TimeSpan.FromMilliseconds(pauses[i]), time.Due);
            error = i == pauses.Length - 1 ? null : error;
            time.Fire();
        }

        await running.WaitAsync(Deadline, TestContext.Current.CancellationToken);
        Assert.Equal([socket], taken);
    }

    [Fact]
    public void server_without_tcp_announces_none()
    {
        using WebRtcServer server = new(new WebRtcServerOptions { BindAddress = IPAddress.Loopback, EnableTcp = false });
        Assert.Null(server.TcpPort);
        Assert.DoesNotContain(server.Candidates, candidate => candidate.IsTcp);
    }

    /// <summary>A clock whose only timer fires when the test says so.</summary>
    private sealed class ManualTime : TimeProvider
    {
        private Action? _fire;
        private int _timers;

        public TimeSpan Due { get; private set; }

        public int Timers => Volatile.Read(ref _timers);

        public void Fire() => _fire!();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            Due = dueTime;
            _fire = () => callback(state);
            Volatile.Write(ref _timers, _timers + 1);
            return new Timer();
        }

        private sealed class Timer : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period) => true;

            public void Dispose()
            {
            }

            public ValueTask DisposeAsync() => ValueTask.CompletedTask;
        }
    }

    private sealed class FramedConnection : IDisposable
    {
        private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        private readonly int _bytesPerWrite;
        private readonly byte[] _received = new byte[65_536];
        private int _length;

        public FramedConnection(int port, int bytesPerWrite)
        {
            _bytesPerWrite = bytesPerWrite;
            _socket.Connect(new IPEndPoint(IPAddress.Loopback, port));
            Address = TransportAddress.Loopback(port) with { Stream = 1 };
        }

        public TransportAddress Address { get; }

        public void RunUntil(WebRtcSession client, List<SessionEvent> events, Func<bool> condition)
        {
            Stopwatch clock = Stopwatch.StartNew();
            byte[] datagram = new byte[WebRtcSession.DatagramMax];
            while (!condition())
            {
                Assert.True(clock.Elapsed < Deadline, $"no frames over TCP after {Deadline.TotalSeconds} s: {client.State}, {client.LastDropReason}");
                client.HandleTimeout(clock.Elapsed);
                for (PollResult next = client.Poll(datagram, clock.Elapsed); next.Kind != PollKind.Idle; next = client.Poll(datagram, clock.Elapsed))
                {
                    if (next.Kind == PollKind.Event)
                    {
                        events.Add(next.Event!);
                    }
                    else
                    {
                        Send(datagram.AsSpan(0, next.Length));
                    }
                }

                if (_socket.Poll(TimeSpan.FromMilliseconds(5), SelectMode.SelectRead))
                {
                    Receive(client, clock.Elapsed);
                }
            }
        }

        public void Dispose() => _socket.Dispose();

        private void Send(ReadOnlySpan<byte> datagram)
        {
            byte[] frame = new byte[2 + datagram.Length];
            BinaryPrimitives.WriteUInt16BigEndian(frame, (ushort)datagram.Length);
            datagram.CopyTo(frame.AsSpan(2));
            for (int offset = 0; offset < frame.Length; offset += _bytesPerWrite)
            {
                _socket.Send(frame.AsSpan(offset, Math.Min(_bytesPerWrite, frame.Length - offset)));
            }
        }

        private void Receive(WebRtcSession client, TimeSpan now)
        {
            int count = _socket.Receive(_received.AsSpan(_length));
            Assert.True(count > 0, "the server closed the connection");
            _length += count;
            int offset = 0;
            while (_length - offset >= 2 && BinaryPrimitives.ReadUInt16BigEndian(_received.AsSpan(offset)) is var frame && frame <= _length - offset - 2)
            {
                client.Handle(_received.AsSpan(offset + 2, frame), Address, now);
                offset += 2 + frame;
            }

            _received.AsSpan(offset, _length - offset).CopyTo(_received);
            _length -= offset;
        }
    }
}
