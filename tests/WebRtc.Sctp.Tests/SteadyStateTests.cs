using System.Diagnostics;

namespace Nsn.WebRtc.Sctp.Tests;

public class SteadyStateTests(ITestOutputHelper output)
{
    [Fact]
    public void A_stream_of_messages_allocates_next_to_nothing()
    {
        var random = new Random(1);
        using var a = new SctpAssociation(new SctpOptions(), random.NextBytes);
        using var b = new SctpAssociation(new SctpOptions(), random.NextBytes);
        TimeSpan now = TimeSpan.Zero;
        byte[] buffer = new byte[1200], payload = new byte[65_536];
        a.Connect(now);
        long received = Transfer(200);
        long before = GC.GetAllocatedBytesForCurrentThread();
        long started = Stopwatch.GetTimestamp();
        received = Transfer(3000);
        double seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        output.WriteLine($"{received / seconds / 1e6:F0} MB/s through both associations on one thread, {allocated} bytes allocated");

        // About 170,000 packets; what is left are the rare extra growths of queues and pools.
        Assert.True(allocated < 1_000_000, $"{allocated} bytes were allocated for {received} bytes received");

        long Transfer(int messages)
        {
            long bytes = 0;
            int sent = 0;
            while (bytes < messages * 65_536L)
            {
                while (sent < messages && a.BufferedAmount < 262_144 && a.Send(0, 53, payload, default, now) == SctpSendResult.Queued)
                    sent++;
                for (int i = 0; i < 32 && a.TryPollPacket(now, buffer, out int length); i++)
                    b.Handle(buffer.AsSpan(0, length), now);
                while (b.TryPollEvent(out SctpEvent e))
                    bytes += e.Payload.Length;
                while (b.TryPollPacket(now, buffer, out int length))
                    a.Handle(buffer.AsSpan(0, length), now);
                while (a.TryPollEvent(out _))
                {
                }

                now += TimeSpan.FromMicroseconds(100);
                a.HandleTimeout(now);
                b.HandleTimeout(now);
            }

            return bytes;
        }
    }
}
