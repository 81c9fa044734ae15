using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using Nsn.Engine.Runtime.Scheduling;
using Nsn.Engine.Runtime.Transport;
using Nsn.Engine.Serialization;

namespace Nsn.Engine.Tests;

public sealed class InProcessNetworkTests
{
    private const int Frames = 20_000;

    [Fact]
    public async Task Frames_from_one_peer_to_another_arrive_in_the_order_in_which_they_were_sent()
    {
        var network = new InProcessNetwork(new ThreadPoolTurnScheduler());
        var (first, second, target) = (Address(1), Address(2), Address(3));
        var received = new Received();
        await using var one = network.CreateTransport();
        await using var two = network.CreateTransport();
        await using var three = network.CreateTransport();
        await one.StartAsync(first, new Received(), TestContext.Current.CancellationToken);
        await two.StartAsync(second, new Received(), TestContext.Current.CancellationToken);
        await three.StartAsync(target, received, TestContext.Current.CancellationToken);

        var cancelled = TestContext.Current.CancellationToken;
        await Task.WhenAll(Task.Run(() => SendAll(one, target), cancelled), Task.Run(() => SendAll(two, target), cancelled));

        await Until.HoldsAsync("all frames arrive", () => received.Count == 2 * Frames);
        Assert.Equal(Enumerable.Range(0, Frames), received.From(first));
        Assert.Equal(Enumerable.Range(0, Frames), received.From(second));
    }

    private static void SendAll(ITransport transport, SiloAddress target)
    {
        for (var i = 0; i < Frames; i++)
        {
            var frame = new Writer(16);
            frame.WriteFixed32((uint)i);
            Assert.Equal(SendResult.Queued, transport.Send(target, frame));
        }
    }

    private static SiloAddress Address(int port) => SiloAddress.New(IPAddress.Loopback, port, 1);

    private sealed class Received : ITransportHandler
    {
        private readonly ConcurrentDictionary<SiloAddress, ConcurrentQueue<int>> _numbers = new();
        private int _count;

        public int Count => Volatile.Read(ref _count);
        public IEnumerable<int> From(SiloAddress peer) => _numbers[peer];

        public bool OnFrame(SiloAddress from, byte[] buffer, int offset, int count)
        {
            _numbers.GetOrAdd(from, static _ => new()).Enqueue(BinaryPrimitives.ReadInt32LittleEndian(buffer.AsSpan(offset)));
            Interlocked.Increment(ref _count);
            return true;
        }

        public void OnDisconnected(SiloAddress peer, string reason)
        {
        }
    }
}
