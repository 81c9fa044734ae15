namespace Nsn.WebRtc.Sctp.Tests;

public class TransferTests
{
    private static readonly PathConditions Rough = new()
    {
        Delay = TimeSpan.FromMilliseconds(20),
        Jitter = TimeSpan.FromMilliseconds(15),
        Loss = 0.05,
        Duplication = 0.05,
    };

    [Fact]
    public void Big_and_small_messages_arrive_in_order_in_both_directions()
    {
        using var link = new VirtualLink(1);
        link.Connect();
        int[] sizes = [1, 3, 1131, 1132, 1133, 5000, 65_536, 262_144, 2];
        foreach (int size in sizes)
        {
            Assert.Equal(SctpSendResult.Queued, link.A.Send(3, 53, TestData.Bytes(size, size), default, link.Now));
            Assert.Equal(SctpSendResult.Queued, link.B.SendCopy(4, 51, TestData.Bytes(size + 1, size), default, link.Now));
        }

        link.RunUntil(() => link.AtA.Count == sizes.Length && link.AtB.Count == sizes.Length, TimeSpan.FromSeconds(20), "all messages");
        for (int i = 0; i < sizes.Length; i++)
        {
            Assert.Equal(TestData.Bytes(sizes[i], sizes[i]), link.AtB[i].Payload);
            Assert.Equal(TestData.Bytes(sizes[i] + 1, sizes[i]), link.AtA[i].Payload);
            Assert.Equal(3, link.AtB[i].StreamId);
            Assert.Equal(51u, link.AtA[i].ProtocolId);
        }

        Assert.Equal(0, link.A.Statistics.Retransmissions + link.B.Statistics.Retransmissions);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public void Everything_arrives_once_and_in_order_over_a_rough_path(int seed)
    {
        using var link = new VirtualLink(seed, Rough);
        link.Connect();
        var random = new Random(seed);
        var expected = new Dictionary<ushort, List<byte[]>>();
        for (int i = 0; i < 150; i++)
        {
            ushort stream = (ushort)random.Next(4);
            byte[] payload = TestData.Bytes((seed * 1000) + i, random.Next(1, 20_000));
            Assert.Equal(SctpSendResult.Queued, link.A.SendCopy(stream, 53, payload, default, link.Now));
            Assert.Equal(SctpSendResult.Queued, link.B.SendCopy(stream, 53, payload, new SctpSendOptions(Unordered: true), link.Now));
            if (!expected.TryGetValue(stream, out List<byte[]>? list))
                expected.Add(stream, list = []);
            list.Add(payload);
        }

        link.RunUntil(() => link.AtB.Count >= 150 && link.AtA.Count >= 150, TimeSpan.FromMinutes(3), "all messages");
        link.RunFor(TimeSpan.FromSeconds(5));
        Assert.Equal(150, link.AtB.Count);
        Assert.Equal(150, link.AtA.Count);
        foreach ((ushort stream, List<byte[]> list) in expected)
        {
            Assert.Equal(list, link.AtB.Where(m => m.StreamId == stream).Select(m => m.Payload));
            Assert.Equal(
                list.Select(Convert.ToHexString).Order(StringComparer.Ordinal),
                link.AtA.Where(m => m.StreamId == stream).Select(m => Convert.ToHexString(m.Payload)).Order(StringComparer.Ordinal));
        }

        Assert.True(link.A.Statistics.Retransmissions > 0);
        Assert.Equal(0, link.A.Statistics.BytesInFlight);
        Assert.Equal(0, link.A.BufferedAmount);
    }

    [Fact]
    public void Sequence_numbers_wrap()
    {
        // Streams start at zero and wrap after 65,536 messages; the first transmission number is drawn close to the wrap.
        static void NearTheWrap(Span<byte> bytes) => bytes.Fill(0xFF);
        var random = new Random(3);
        using var a = new SctpAssociation(new SctpOptions(), NearTheWrap);
        using var b = new SctpAssociation(new SctpOptions(), random.NextBytes);
        TimeSpan now = TimeSpan.Zero;
        byte[] buffer = new byte[1200];
        a.Connect(now);
        int received = 0, sent = 0;
        const int Total = 70_000;
        while (received < Total)
        {
            while (sent < Total && a.Send(7, 53, BitConverter.GetBytes(sent), default, now) == SctpSendResult.Queued)
                sent++;
            while (a.TryPollPacket(now, buffer, out int length))
                b.Handle(buffer.AsSpan(0, length), now);
            while (b.TryPollEvent(out SctpEvent e))
            {
                if (e.Kind == SctpEventKind.Message)
                    Assert.Equal(received++, BitConverter.ToInt32(e.Payload.Span));
            }

            bool answered = false;
            while (b.TryPollPacket(now, buffer, out int length))
            {
                a.Handle(buffer.AsSpan(0, length), now);
                answered = true;
            }

            if (!answered)
            {
                now = a.NextDeadline < b.NextDeadline ? a.NextDeadline : b.NextDeadline;
                a.HandleTimeout(now);
                b.HandleTimeout(now);
            }
        }
    }

    [Fact]
    public void A_long_path_is_filled()
    {
        using var link = new VirtualLink(5, new PathConditions { Delay = TimeSpan.FromMilliseconds(150) });
        link.Connect();
        int sent = 0;
        byte[] payload = TestData.Bytes(1, 65_536);
        link.OnTurn = () =>
        {
            while (sent < 320 && link.A.Send(0, 53, payload, default, link.Now) == SctpSendResult.Queued)
                sent++;
        };
        TimeSpan start = link.Now;
        link.RunUntil(() => link.AtB.Count == 320, TimeSpan.FromSeconds(30), "20 MiB over a path of 300 ms");
        // Slow start takes about eight round trips to the peer's window of 2 MiB; from then on that is the limit.
        Assert.InRange((link.Now - start).TotalSeconds, 2, 8);
    }

    [Fact]
    public void One_loss_is_repaired_within_a_few_round_trips_without_a_timeout()
    {
        int data = 0;
        using var link = new VirtualLink(6, new PathConditions { Drop = (toB, packet) => toB && packet[12] == 0 && data++ == 5 });
        link.Connect();
        TimeSpan start = link.Now;
        link.A.Send(0, 53, TestData.Bytes(1, 60_000), default, link.Now);
        link.RunUntil(() => link.AtB.Count == 1, TimeSpan.FromSeconds(5), "the message");
        Assert.Equal(1, link.A.Statistics.Retransmissions);
        Assert.Equal(0, link.A.Statistics.RetransmissionTimeouts);
        Assert.InRange((link.Now - start).TotalMilliseconds, 40, 200);
    }

    [Fact]
    public void A_repetition_that_is_lost_too_is_repeated_without_a_timeout()
    {
        int dropped = 0;
        uint? victim = null;
        using var link = new VirtualLink(7, new PathConditions
        {
            Drop = (toB, packet) =>
            {
                if (!toB || packet[12] != 0)
                    return false;
                uint tsn = System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(packet.AsSpan(16));
                victim ??= tsn + 3;
                return tsn == victim && dropped++ < 2;
            },
        });
        link.Connect();
        link.A.Send(0, 53, TestData.Bytes(1, 200_000), default, link.Now);
        link.RunUntil(() => link.AtB.Count == 1, TimeSpan.FromSeconds(5), "the message");
        Assert.Equal(3, dropped);
        Assert.Equal(0, link.A.Statistics.RetransmissionTimeouts);
    }

    [Fact]
    public void A_lost_tail_is_repaired_by_the_timer()
    {
        bool dropped = false;
        using var link = new VirtualLink(8, new PathConditions { Drop = (toB, packet) => toB && packet[12] == 0 && !dropped && (dropped = true) });
        link.Connect();
        link.A.Send(0, 53, TestData.Bytes(1, 100), default, link.Now);
        link.RunUntil(() => link.AtB.Count == 1, TimeSpan.FromSeconds(5), "the message");
        Assert.Equal(1, link.A.Statistics.RetransmissionTimeouts);
    }

    [Fact]
    public void Streams_take_turns()
    {
        using var link = new VirtualLink(9, new PathConditions { Delay = TimeSpan.FromMilliseconds(50) });
        link.Connect();
        for (int i = 0; i < 20; i++)
            link.A.Send(1, 53, TestData.Bytes(i, 100_000), default, link.Now);
        link.A.Send(2, 53, TestData.Bytes(1, 10), default, link.Now);
        link.RunUntil(() => link.AtB.Any(m => m.StreamId == 2), TimeSpan.FromSeconds(20), "the small message");
        Assert.InRange(link.AtB.Count, 1, 4);
    }

    [Fact]
    public void A_silent_peer_is_given_up()
    {
        using var link = new VirtualLink(10);
        link.Connect();
        link.Conditions = new PathConditions { Drop = (_, _) => true };
        link.A.Send(0, 53, TestData.Bytes(1, 100), default, link.Now);
        link.RunUntil(() => link.A.CloseReason != SctpCloseReason.None, TimeSpan.FromMinutes(10), "the peer to be given up");
        Assert.Equal(SctpCloseReason.PeerUnreachable, link.A.CloseReason);
        Assert.Equal(SctpSendResult.Closed, link.A.Send(0, 53, TestData.Bytes(1, 100), default, link.Now));
    }

    [Fact]
    public void An_idle_peer_that_vanished_is_noticed_by_heartbeats()
    {
        using var link = new VirtualLink(11, a: new SctpOptions { HeartbeatInterval = TimeSpan.FromSeconds(2), MaxRetransmissions = 3 });
        link.Connect();
        link.RunFor(TimeSpan.FromMinutes(1));
        Assert.Equal(SctpCloseReason.None, link.A.CloseReason);
        link.Conditions = new PathConditions { Drop = (_, _) => true };
        link.RunFor(TimeSpan.FromSeconds(20));
        Assert.Equal(SctpCloseReason.PeerUnreachable, link.A.CloseReason);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void The_same_seed_gives_the_same_run(int seed)
    {
        (long, TimeSpan) first = Run(seed), second = Run(seed);
        Assert.Equal(first, second);

        static (long Packets, TimeSpan At) Run(int seed)
        {
            using var link = new VirtualLink(seed, Rough);
            link.Connect();
            link.A.Send(0, 53, TestData.Bytes(seed, 200_000), default, link.Now);
            link.RunUntil(() => link.AtB.Count == 1, TimeSpan.FromMinutes(1), "the message");
            return (link.PacketsCarried, link.Now);
        }
    }
}
