using System.Buffers.Binary;

namespace Nsn.WebRtc.Sctp.Tests;

public class LimitTests
{
    [Fact]
    public void A_full_send_buffer_pushes_back_and_says_when_there_is_room()
    {
        using var link = new VirtualLink(1, a: new SctpOptions { SendBufferSize = 100_000 });
        link.Connect();
        byte[] payload = TestData.Bytes(1, 30_000);
        int queued = 0;
        while (link.A.Send(0, 53, payload, default, link.Now) == SctpSendResult.Queued)
            queued++;
        Assert.Equal(3, queued);
        Assert.Equal(90_000, link.A.BufferedAmount);
        link.RunUntil(() => link.EventsA.Contains(SctpEventKind.BufferedAmountLow), TimeSpan.FromSeconds(5), "room in the buffer");
        Assert.Equal(SctpSendResult.Queued, link.A.Send(0, 53, payload, default, link.Now));
    }

    [Fact]
    public void A_stream_that_was_refused_because_of_others_hears_of_room_as_well()
    {
        using var link = new VirtualLink(2, a: new SctpOptions { SendBufferSize = 100_000 });
        link.Connect();
        while (link.A.Send(0, 53, TestData.Bytes(1, 30_000), default, link.Now) == SctpSendResult.Queued)
        {
        }

        Assert.Equal(SctpSendResult.BufferFull, link.A.Send(5, 53, TestData.Bytes(1, 50_000), default, link.Now));
        var lows = new List<ushort>();
        byte[] buffer = new byte[1200];
        for (int i = 0; i < 10_000 && !lows.Contains(5); i++)
        {
            while (link.A.TryPollEvent(out SctpEvent e))
            {
                if (e.Kind == SctpEventKind.BufferedAmountLow)
                    lows.Add(e.StreamId);
            }

            while (link.A.TryPollPacket(link.Now, buffer, out int length))
                link.B.Handle(buffer.AsSpan(0, length), link.Now);
            while (link.B.TryPollEvent(out _))
            {
            }

            while (link.B.TryPollPacket(link.Now, buffer, out int length))
                link.A.Handle(buffer.AsSpan(0, length), link.Now);
        }

        Assert.Contains((ushort)5, lows);
    }

    [Fact]
    public void A_reader_that_does_not_read_stops_the_sender_and_lets_it_go_on()
    {
        var options = new SctpOptions { ReceiveWindow = 300_000 };
        using var link = new VirtualLink(3, b: options);
        link.Connect();
        link.ReadAtB = false;
        for (int i = 0; i < 60; i++)
            Assert.Equal(SctpSendResult.Queued, link.A.Send(0, 53, TestData.Bytes(i, 20_000), default, link.Now));
        link.RunFor(TimeSpan.FromMinutes(2));
        Assert.Equal(SctpState.Established, link.A.State);
        Assert.InRange(link.B.Statistics.BytesReceived, 100_000, 700_000);
        link.ReadAtB = true;
        link.RunUntil(() => link.AtB.Count == 60, TimeSpan.FromSeconds(30), "the rest");
        for (int i = 0; i < 60; i++)
            Assert.Equal(TestData.Bytes(i, 20_000), link.AtB[i].Payload);
    }

    [Fact]
    public void A_message_above_the_announced_size_ends_the_association()
    {
        using var link = new VirtualLink(4, b: new SctpOptions { MaxMessageSize = 10_000 });
        link.Connect();
        Assert.Equal(SctpSendResult.Queued, link.A.Send(0, 53, TestData.Bytes(1, 10_001), default, link.Now));
        link.RunUntil(() => link.A.CloseReason != SctpCloseReason.None, TimeSpan.FromSeconds(5), "the end");
        Assert.Equal(SctpCloseReason.MessageTooLarge, link.B.CloseReason);
        Assert.Equal(SctpCloseReason.RemoteAbort, link.A.CloseReason);
    }

    [Fact]
    public void Messages_that_cannot_be_sent_are_refused_with_the_reason()
    {
        using var link = new VirtualLink(5, a: new SctpOptions { RemoteMaxMessageSize = 1000, MaxStreams = 10 });
        link.Connect();
        Assert.Equal(SctpSendResult.MessageTooLarge, link.A.Send(0, 53, new byte[1001], default, link.Now));
        Assert.Equal(SctpSendResult.Empty, link.A.Send(0, 53, default, default, link.Now));
        Assert.Equal(SctpSendResult.StreamUnavailable, link.A.Send(10, 53, new byte[1], default, link.Now));
    }

    [Fact]
    public void Tiny_fragments_ahead_of_a_gap_are_bounded_by_the_window()
    {
        var options = new SctpOptions { ReceiveWindow = 65_536, MaxMessageSize = 65_536, MaxReceiveGaps = 100_000 };
        using var link = new VirtualLink(6, b: options);
        link.Connect();
        byte[] buffer = new byte[1200];
        link.A.Send(0, 53, new byte[] { 1 }, default, link.Now);
        Assert.True(link.A.TryPollPacket(link.Now, buffer, out int length));
        byte[] packet = buffer.AsSpan(0, length).ToArray();
        uint tsn = BinaryPrimitives.ReadUInt32BigEndian(packet.AsSpan(16));
        for (uint i = 1; i < 30_000; i++)
        {
            // Neither beginning nor end, so that it can only wait.
            packet[13] = 0;
            BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(16), tsn + (i * 2));
            link.B.Handle(packet, link.Now);
        }

        Assert.True(link.B.Statistics.ChunksRefused > 28_000);
        Assert.InRange(link.B.Statistics.BytesReceived, 100, 1000);
    }

    [Fact]
    public void Acknowledging_what_was_never_sent_ends_the_association()
    {
        using var link = new VirtualLink(7);
        link.Connect();
        link.A.Send(0, 53, new byte[10], default, link.Now);
        byte[] buffer = new byte[1200];
        Assert.True(link.A.TryPollPacket(link.Now, buffer, out int length));
        link.B.Handle(buffer.AsSpan(0, length), link.Now);
        Assert.True(link.B.TryPollPacket(link.Now + TimeSpan.FromMilliseconds(60), buffer, out length));
        Assert.Equal(3, buffer[12]);
        BinaryPrimitives.WriteUInt32BigEndian(buffer.AsSpan(16), BinaryPrimitives.ReadUInt32BigEndian(buffer.AsSpan(16)) + 1000);
        link.A.Handle(buffer.AsSpan(0, length), link.Now);
        Assert.Equal(SctpCloseReason.ProtocolViolation, link.A.CloseReason);
    }
}
