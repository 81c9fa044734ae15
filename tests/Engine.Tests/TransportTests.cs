using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Nsn.Engine.Tests;

public sealed class TransportTests
{
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

    private static byte[] Greeting(string cluster)
    {
        var text = Encoding.UTF8.GetBytes($"{cluster}\n127.0.0.1:0@-77");
        return [.. Encoding.ASCII.GetBytes("NSN1"), .. Length(text.Length), .. text];
    }

    private static byte[] Length(int value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, value);
        return bytes;
    }

    private static async Task ReadUntilClosedAsync(Socket socket)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
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
            Assert.Fail("The connection was not closed within 60 s.");
        }
    }
}
