using Nsn.Engine.Runtime.Transport;
using Nsn.Engine.Serialization;

namespace Nsn.Engine.Tests;

/// <summary>A peer that does not read as fast as it is sent to.</summary>
public sealed class OverloadTests
{
    private const int FrameBytes = 1 << 20;

    [Fact]
    public async Task What_waits_for_a_slow_peer_is_bounded_and_said_to_be()
    {
        using var reads = new ManualResetEventSlim();
        var slow = await TransportSide.StartAsync(onFrame: () => reads.Wait(TimeSpan.FromMinutes(2)));
        var fast = await TransportSide.StartAsync();
        try
        {
            var queued = 0;
            SendResult result;
            while ((result = Send(fast, slow)) == SendResult.Queued)
                queued++;
            Assert.Equal(SendResult.QueueFull, result);
            var bound = TcpPeer.QueuedBytesMax / FrameBytes;
            Assert.True(queued >= bound - 1 && queued < bound + 64, $"{queued} frames of 1 MiB were queued; {bound} may be, and some are in the system's buffers.");
            reads.Set();
            await Until.HoldsAsync("every frame that was queued arrives", () => slow.Frames == queued);
            Assert.Equal(SendResult.Queued, Send(fast, slow));
        }
        finally
        {
            reads.Set();
            await fast.Transport.DisposeAsync();
            await slow.Transport.DisposeAsync();
        }

        Assert.Equal(SendResult.Unreachable, Send(fast, slow));
    }

    private static SendResult Send(TransportSide from, TransportSide to)
    {
        var frame = new Writer(FrameBytes);
        frame.WriteBytes(new byte[FrameBytes - 8]);
        return from.Transport.Send(to.Address, frame);
    }
}
