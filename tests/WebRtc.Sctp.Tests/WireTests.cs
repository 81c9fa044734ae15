using System.Buffers.Binary;

namespace Nsn.WebRtc.Sctp.Tests;

/// <summary>What is on the wire, packet by packet: things that two ends of ours would agree on even where both are wrong.</summary>
public class WireTests
{
    private static readonly byte[] Heartbeat = [4, 0, 0, 12, 0, 1, 0, 8, 1, 2, 3, 4];

    [Fact]
    public void Numbers_that_came_twice_are_reported()
    {
        using var link = new VirtualLink(1);
        link.Connect();
        byte[] packet = DataFrom(link.A, link.Now);
        link.B.Handle(packet, link.Now);
        link.B.Handle(packet, link.Now);
        byte[] acknowledgement = Assert.Single(Packets(link.B, link.Now), sent => sent[12] == 3);
        Assert.Equal((0, 1), (BinaryPrimitives.ReadUInt16BigEndian(acknowledgement.AsSpan(24)), BinaryPrimitives.ReadUInt16BigEndian(acknowledgement.AsSpan(26))));
        Assert.Equal(packet[16..20], acknowledgement[28..32]);
        Assert.Equal(1, link.B.Statistics.DuplicatesReceived);
    }

    [Fact]
    public void What_is_missing_shows_between_the_blocks()
    {
        using var link = new VirtualLink(2);
        link.Connect();
        byte[][] packets = [.. Enumerable.Range(0, 6).Select(_ => DataFrom(link.A, link.Now))];
        foreach (int index in new[] { 0, 2, 3, 5 })
            link.B.Handle(packets[index], link.Now);
        byte[] last = Packets(link.B, link.Now).Last(sent => sent[12] == 3);
        Assert.Equal(packets[0][16..20], last[16..20]);
        Assert.Equal([2, 0, 2, 3, 5, 5], Enumerable.Range(0, 6).Select(i => (int)BinaryPrimitives.ReadUInt16BigEndian(last.AsSpan(24 + (2 * i)))));
    }

    [Fact]
    public void The_time_between_repetitions_doubles_up_to_its_limit()
    {
        using var link = new VirtualLink(3);
        link.Connect();
        var sent = new List<TimeSpan>();
        link.Conditions = new PathConditions
        {
            Drop = (toB, packet) =>
            {
                if (toB && packet[12] == 0)
                    sent.Add(link.Now);
                return true;
            },
        };
        link.A.Send(0, 53, new byte[10], default, link.Now);
        link.RunUntil(() => sent.Count == 8, TimeSpan.FromMinutes(2), "eight attempts");
        TimeSpan[] waits = [.. sent.Zip(sent[1..], (earlier, later) => later - earlier)];
        Assert.True(waits[0] >= new SctpOptions().RtoMin, $"the first repetition came after {waits[0]}");
        for (int i = 1; i < waits.Length; i++)
            Assert.Equal(Math.Min(waits[i - 1].TotalMilliseconds * 2, new SctpOptions().RtoMax.TotalMilliseconds), waits[i].TotalMilliseconds, 1.0);
    }

    [Fact]
    public void A_packet_without_checksum_is_dropped_where_that_was_not_offered()
    {
        using var link = new VirtualLink(4, b: new SctpOptions { ZeroChecksum = false });
        link.Connect();
        byte[] packet = DataFrom(link.A, link.Now);
        byte[] bare = [.. packet];
        bare.AsSpan(8, 4).Clear();
        Assert.Equal(SctpHandleResult.BadChecksum, link.B.Handle(bare, link.Now));
        Assert.Equal(SctpHandleResult.Handled, link.B.Handle(packet, link.Now));
    }

    [Fact]
    public void A_heartbeat_comes_back_with_what_is_in_it()
    {
        using var link = new VirtualLink(5);
        link.Connect();
        link.B.Handle(PacketFrom(link.A, link.Now, Heartbeat), link.Now);
        byte[] answer = Assert.Single(Packets(link.B, link.Now), sent => sent[12] == 5);
        Assert.Equal(Heartbeat[4..], answer[16..24]);
    }

    [Theory]
    [InlineData(0x3F, false, false)]
    [InlineData(0x7F, false, true)]
    [InlineData(0xBF, true, false)]
    [InlineData(0xFF, true, true)]
    public void Chunks_that_nobody_knows_are_skipped_and_reported_as_their_highest_bits_say(byte type, bool isSkipped, bool isReported)
    {
        using var link = new VirtualLink(6);
        link.Connect();
        link.B.Handle(PacketFrom(link.A, link.Now, [type, 0, 0, 4, .. Heartbeat]), link.Now);
        byte[][] sent = [.. Packets(link.B, link.Now)];
        Assert.Equal(isSkipped, sent.Any(packet => packet[12] == 5));
        Assert.Equal(isReported, sent.Any(packet => packet[12] == 9 && packet[17] == 6 && packet[20] == type));
    }

    [Fact]
    public void Streams_that_the_peer_does_not_have_are_not_used()
    {
        using var link = new VirtualLink(7, b: new SctpOptions { MaxStreams = 5 });
        link.Connect();
        Assert.Equal(SctpSendResult.StreamUnavailable, link.A.Send(5, 53, new byte[1], default, link.Now));
        Assert.Equal(SctpSendResult.Queued, link.A.Send(4, 53, new byte[1], default, link.Now));
    }

    [Fact]
    public void A_request_to_reset_that_comes_again_is_answered_as_before_and_not_carried_out_again()
    {
        using var link = new VirtualLink(8);
        link.Connect();
        byte[] data = DataFrom(link.A, link.Now);
        link.A.ResetStream(0);
        byte[] request = Assert.Single(Packets(link.A, link.Now), sent => sent[12] == 130);
        byte[] early = [.. request], wrong = [.. request];
        wrong[23] += 5;

        // Before what was sent on the stream is here, the answer is "in progress".
        Assert.Equal((6u, 0), Ask(early));
        link.B.Handle(data, link.Now);
        Assert.Equal((1u, 1), Ask(request));
        Assert.Equal((1u, 0), Ask(request));
        Assert.Equal((5u, 0), Ask(wrong));

        (uint Result, int Resets) Ask(byte[] packet)
        {
            link.B.Handle(packet, link.Now);
            byte[] answer = Assert.Single(Packets(link.B, link.Now), sent => sent[12] == 130 && sent[17] == 16);
            int resets = 0;
            while (link.B.TryPollEvent(out SctpEvent e))
                resets += e.Kind == SctpEventKind.IncomingStreamReset ? 1 : 0;
            return (BinaryPrimitives.ReadUInt32BigEndian(answer.AsSpan(24)), resets);
        }
    }

    [Fact]
    public void The_peer_may_ask_for_the_reset_of_our_half()
    {
        using var link = new VirtualLink(9);
        link.Connect();
        byte[] first = DataFrom(link.A, link.Now);
        link.B.Send(7, 53, new byte[1], default, link.Now);
        Packets(link.B, link.Now);
        byte[] request = [130, 0, 0, 14, 0, 14, 0, 10, .. first[16..20], 0, 7, 0, 0];
        link.B.Handle(PacketFrom(link.A, link.Now, request), link.Now);
        byte[] ours = Assert.Single(Packets(link.B, link.Now), sent => sent[12] == 130 && sent[17] == 13);
        Assert.Equal(7, BinaryPrimitives.ReadUInt16BigEndian(ours.AsSpan(32)));
    }

    [Fact]
    public void A_peer_that_cannot_skip_gets_every_message_and_one_that_cannot_reset_none_of_it()
    {
        // What the other side says about itself: the parameter "forward TSN supported" becomes an unknown one, and the list of extensions empty.
        static bool Plain(bool toB, byte[] packet)
        {
            if (!toB && packet[12] is 1 or 2)
            {
                packet[32] = 0x80;
                packet[33] = 0x01;
                packet[40] = packet[41] = 0;
                BinaryPrimitives.WriteUInt32LittleEndian(packet.AsSpan(8), Crc32C.Compute(packet, 8));
            }

            return toB && packet[12] == 130;
        }

        using var link = new VirtualLink(10, new PathConditions { Loss = 0.2, Drop = Plain });
        link.Connect();
        for (int i = 0; i < 50; i++)
            link.A.Send(1, 53, TestData.Bytes(i, 2_000), new SctpSendOptions(MaxRetransmits: 0), link.Now);
        link.A.ResetStream(1);
        link.RunUntil(() => link.AtB.Count == 50 && link.EventsA.Contains(SctpEventKind.OutgoingStreamReset), TimeSpan.FromMinutes(5), "every message, and the end of the stream");
        Assert.Equal(0, link.A.Statistics.MessagesAbandoned);

        // Nobody has set the peer's count back, so ours goes on.
        link.A.Send(1, 53, TestData.Bytes(50, 10), default, link.Now);
        link.RunUntil(() => link.AtB.Count == 51, TimeSpan.FromMinutes(1), "a message after it");
    }

    [Fact]
    public void An_acknowledgement_that_was_overtaken_changes_nothing()
    {
        using var link = new VirtualLink(11);
        link.Connect();
        link.B.Handle(DataFrom(link.A, link.Now), link.Now);
        byte[] old = Assert.Single(Packets(link.B, link.Now + TimeSpan.FromSeconds(1)), sent => sent[12] == 3);
        link.B.Handle(DataFrom(link.A, link.Now), link.Now);
        foreach (byte[] packet in Packets(link.B, link.Now + TimeSpan.FromSeconds(2)))
            link.A.Handle(packet, link.Now);
        Assert.Equal(0, link.A.Statistics.BytesInFlight);
        int window = link.A.Statistics.PeerReceiveWindow;
        old.AsSpan(20, 4).Clear();
        link.A.Handle(old, link.Now);
        Assert.Equal(window, link.A.Statistics.PeerReceiveWindow);
    }

    [Fact]
    public void Skipping_beyond_all_that_can_be_on_its_way_is_ignored()
    {
        using var link = new VirtualLink(12);
        link.Connect();
        byte[] data = DataFrom(link.A, link.Now);
        byte[] skip = [192, 0, 0, 8, 0, 0, 0, 0];
        BinaryPrimitives.WriteUInt32BigEndian(skip.AsSpan(4), BinaryPrimitives.ReadUInt32BigEndian(data.AsSpan(16)) + 70_000);
        link.B.Handle(PacketFrom(link.A, link.Now, skip), link.Now);
        link.B.Handle(data, link.Now);
        Assert.Equal((10, 0), (link.B.Statistics.BytesReceived, link.B.Statistics.DuplicatesReceived));
    }

    /// <summary>A packet with one small message, not given to anybody yet.</summary>
    private static byte[] DataFrom(SctpAssociation from, TimeSpan now)
    {
        from.Send(0, 53, new byte[10], default, now);
        return Assert.Single(Packets(from, now), packet => packet[12] == 0);
    }

    /// <summary>A packet of another content, as if it came from there.</summary>
    private static byte[] PacketFrom(SctpAssociation from, TimeSpan now, byte[] chunks)
    {
        byte[] packet = [.. DataFrom(from, now)[..12], .. chunks];
        packet.AsSpan(8, 4).Clear();
        return packet;
    }

    private static List<byte[]> Packets(SctpAssociation from, TimeSpan now)
    {
        var packets = new List<byte[]>();
        byte[] buffer = new byte[1200];
        from.HandleTimeout(now);
        while (from.TryPollPacket(now, buffer, out int length))
            packets.Add(buffer[..length]);
        return packets;
    }
}
