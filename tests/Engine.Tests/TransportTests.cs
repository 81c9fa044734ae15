using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Nsn.Engine.Serialization;
using Orleans.Configuration;

namespace Nsn.Engine.Tests;

public sealed class TransportTests
{
    private const string Cluster = ClusterOptions.DefaultClusterId;
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Hostile_bytes_close_their_connection_and_no_other()
    {
        var (siloPort, gatewayPort) = (Ports.Free(), Ports.Free());
        using var host = await TestHost.StartAsync(builder => builder.UseOrleans(silo => silo.UseLocalhostClustering(siloPort, gatewayPort)));
        using var client = await TestHost.StartAsync(builder => builder.UseOrleansClient(cluster => cluster.UseLocalhostClustering(gatewayPort)));
        var grain = client.Services.GetRequiredService<IClusterClient>().GetGrain<ICounterGrain>(5);
        Assert.Equal(2, await grain.Ping(1));

        var random = new Random(1);
        var allocated = GC.GetTotalAllocatedBytes(precise: true);
        for (var round = 0; round < 30; round++)
        {
            using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(IPAddress.Loopback, gatewayPort, TestContext.Current.CancellationToken);
            await socket.SendAsync(Hostile(random, round), TestContext.Current.CancellationToken);
            if (round % 5 != 4)
                await ReadUntilClosedAsync(socket);
            Assert.Equal(round + 1, await grain.Ping(round));
        }

        // Six of them said that a gigabyte would follow.
        allocated = GC.GetTotalAllocatedBytes(precise: true) - allocated;
        Assert.True(allocated < 64 << 20, $"{allocated:N0} bytes were allocated for thirty hostile connections.");
        await client.StopAsync(TestContext.Current.CancellationToken);
        await host.StopAsync(TestContext.Current.CancellationToken);
    }

    [Theory]
    [InlineData("127.0.0.10", false)] // addresses are ordered as text: '0' comes before ':'
    [InlineData("127.0.0.2", true)]
    public async Task Silos_that_connect_to_each_other_at_once_use_the_connection_that_the_lower_address_opens(string ip, bool sideIsLower)
    {
        var side = await TransportSide.StartAsync();
        await using var transport = side.Transport;
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Parse(ip), 0));
        listener.Listen();
        var peer = SiloAddress.New((IPEndPoint)listener.LocalEndPoint!, 5);
        Assert.Equal(sideIsLower, side.Address.CompareTo(peer) < 0);

        transport.Send(peer, Frame(1));
        transport.Send(peer, Frame(2));
        using var fromSide = await listener.AcceptAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(s_limit, TestContext.Current.CancellationToken);
        Assert.Equal($"{Cluster}\n{side.Address.ToParsableString()}", await ReadGreetingAsync(fromSide));
        using var toSide = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await toSide.ConnectAsync(side.Address.Endpoint, TestContext.Current.CancellationToken);
        await toSide.SendAsync(Greeting(Cluster, peer), TestContext.Current.CancellationToken);
        var answer = await ReadGreetingAsync(toSide);
        Assert.Equal($"{Cluster}\n{side.Address.ToParsableString()}{(sideIsLower ? "\nother" : "")}", answer);
        await fromSide.SendAsync(Greeting(Cluster, peer), TestContext.Current.CancellationToken);
        await ReadUntilClosedAsync(sideIsLower ? toSide : fromSide);

        transport.Send(peer, Frame(3));
        var used = sideIsLower ? fromSide : toSide;
        for (byte expected = 1; expected <= 3; expected++)
        {
            byte[] frame = [.. Length(1), expected];
            Assert.Equal(frame, await ReadAsync(used, frame.Length));
        }

        Assert.Equal(0, side.Lost);
    }

    [Fact]
    public async Task A_client_that_connects_anew_is_sent_everything_on_its_new_connection()
    {
        var side = await TransportSide.StartAsync();
        await using var transport = side.Transport;
        using var first = await GreetAsync(side);
        using var second = await GreetAsync(side); // the first is dead for the client, and nobody has told this side

        transport.Send(s_client, Frame(7));
        Assert.Equal((byte[])[.. Length(1), 7], await ReadAsync(second, 5));
        await first.SendAsync((byte[])[.. Length(1), 8], TestContext.Current.CancellationToken); // what was under way on it is not lost
        await Until.HoldsAsync("the frame on the first connection is read", () => side.Frames == 1);
        first.Close();
        transport.Send(s_client, Frame(9));
        Assert.Equal((byte[])[.. Length(1), 9], await ReadAsync(second, 5));
        Assert.Equal(0, side.Lost);
    }

    [Fact]
    public async Task A_connection_on_which_nothing_comes_is_closed_and_its_peer_is_lost()
    {
        var side = await TransportSide.StartAsync(silenceMax: TimeSpan.FromMilliseconds(200));
        await using var transport = side.Transport;
        using var silent = await GreetAsync(side);
        await ReadUntilClosedAsync(silent);
        await Until.HoldsAsync("the peer is lost", () => side.Lost == 1);
    }

    [Fact]
    public async Task An_idle_connection_carries_empty_frames_which_are_nobodys_message()
    {
        var side = await TransportSide.StartAsync(beats: TimeSpan.FromMilliseconds(20));
        await using var transport = side.Transport;
        using var idle = await GreetAsync(side);
        Assert.Equal(new byte[8], await ReadAsync(idle, 8));
        await idle.SendAsync((byte[])[.. Length(0), .. Length(0), .. Length(1), 5], TestContext.Current.CancellationToken);
        await Until.HoldsAsync("the frame after the empty ones is read", () => side.Frames > 0);
        Assert.Equal((1, 0), (side.Frames, side.Lost));
    }

    private static readonly SiloAddress s_client = SiloAddress.New(IPAddress.Loopback, 0, -77);

    private static async Task<Socket> GreetAsync(TransportSide side)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(side.Address.Endpoint, TestContext.Current.CancellationToken);
        await socket.SendAsync(Greeting(Cluster, s_client), TestContext.Current.CancellationToken);
        await ReadGreetingAsync(socket);
        return socket;
    }

    private static Writer Frame(byte content)
    {
        var frame = new Writer();
        frame.WriteByte(content);
        return frame;
    }

    /// <summary>Noise, a greeting of another cluster, a frame of 1 GB, a frame of noise, half a greeting.</summary>
    private static byte[] Hostile(Random random, int round)
    {
        var noise = new byte[random.Next(9, 500)];
        random.NextBytes(noise);
        return (round % 5) switch
        {
            0 => noise,
            1 => Greeting("other cluster"),
            2 => [.. Greeting("dev"), .. Length(1 << 30), .. noise],
            3 => [.. Greeting("dev"), .. Length(noise.Length), .. noise, .. Length(-1)],
            _ => Greeting("dev")[..6],
        };
    }

    private static byte[] Greeting(string cluster) => Greeting(cluster, s_client);

    private static byte[] Greeting(string cluster, SiloAddress address)
    {
        var text = Encoding.UTF8.GetBytes($"{cluster}\n{address.ToParsableString()}");
        return [.. Encoding.ASCII.GetBytes("NSN2"), .. Length(text.Length), .. text];
    }

    private static byte[] Length(int value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, value);
        return bytes;
    }

    private static async Task<string> ReadGreetingAsync(Socket socket)
    {
        var head = await ReadAsync(socket, 8);
        return Encoding.UTF8.GetString(await ReadAsync(socket, BinaryPrimitives.ReadInt32LittleEndian(head.AsSpan(4))));
    }

    private static async Task<byte[]> ReadAsync(Socket socket, int count)
    {
        var bytes = new byte[count];
        for (var read = 0; read < count;)
        {
            var more = await socket.ReceiveAsync(bytes.AsMemory(read)).AsTask().WaitAsync(s_limit, TestContext.Current.CancellationToken);
            Assert.True(more > 0, $"The connection was closed after {read} of {count} bytes.");
            read += more;
        }

        return bytes;
    }

    private static async Task ReadUntilClosedAsync(Socket socket)
    {
        using var limit = new CancellationTokenSource(s_limit);
        var buffer = new byte[1024];
        try
        {
            while (await socket.ReceiveAsync(buffer, limit.Token) > 0)
                continue;
        }
        catch (SocketException)
        {
            return; // closed with a reset, which is as good
        }
        catch (OperationCanceledException)
        {
            Assert.Fail($"The connection was not closed within {s_limit}.");
        }
    }
}
