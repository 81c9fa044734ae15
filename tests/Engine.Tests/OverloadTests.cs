using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Nsn.Engine.Runtime.Transport;
using Nsn.Engine.Serialization;
using Orleans.Configuration;
using Orleans.Connections.Security;

namespace Nsn.Engine.Tests;

/// <summary>A peer that does not read as fast as it is sent to.</summary>
public sealed class OverloadTests
{
    private const int FrameBytes = 1 << 20;

    [Fact]
    public async Task What_waits_for_a_slow_peer_is_bounded_and_said_to_be()
    {
        using var reads = new ManualResetEventSlim();
        var slow = new Side(_ => reads.Wait(TimeSpan.FromMinutes(2)));
        var fast = new Side(_ => { });
        await slow.StartAsync();
        await fast.StartAsync();
        try
        {
            var queued = 0;
            SendResult result;
            while ((result = fast.Send(slow.Address)) == SendResult.Queued)
                queued++;
            Assert.Equal(SendResult.QueueFull, result);
            var bound = TcpPeer.QueuedBytesMax / FrameBytes;
            Assert.True(queued >= bound - 1 && queued < bound + 64, $"{queued} frames of 1 MiB were queued; {bound} may be, and some are in the system's buffers.");
            reads.Set();
            await Until.HoldsAsync("every frame that was queued arrives", () => slow.Frames == queued);
            Assert.Equal(SendResult.Queued, fast.Send(slow.Address));
        }
        finally
        {
            reads.Set();
            await fast.Transport.DisposeAsync();
            await slow.Transport.DisposeAsync();
        }

        Assert.Equal(SendResult.Unreachable, fast.Send(slow.Address));
    }

    private sealed class Side : ITransportHandler
    {
        private readonly Action<int> _onFrame;
        private int _frames;

        public Side(Action<int> onFrame)
        {
            _onFrame = onFrame;
            var port = Ports.Free();
            Address = SiloAddress.New(IPAddress.Loopback, port, 1);
            Transport = new TcpTransport(
                Options.Create(new ClusterOptions()),
                Options.Create(new EndpointOptions { SiloPort = port, GatewayPort = 0 }),
                Options.Create(new SiloMessagingOptions()),
                Options.Create(new TlsOptions()),
                NullLogger<TcpTransport>.Instance);
        }

        public SiloAddress Address { get; }
        public TcpTransport Transport { get; }
        public int Frames => Volatile.Read(ref _frames);

        public Task StartAsync() => Transport.StartAsync(Address, this, TestContext.Current.CancellationToken);

        public SendResult Send(SiloAddress target)
        {
            var frame = new Writer(FrameBytes);
            frame.WriteBytes(new byte[FrameBytes - 8]);
            return Transport.Send(target, frame);
        }

        public bool OnFrame(SiloAddress from, byte[] buffer, int offset, int count)
        {
            _onFrame(count);
            Interlocked.Increment(ref _frames);
            return true;
        }

        public void OnDisconnected(SiloAddress peer, string reason)
        {
        }
    }
}
