namespace Nsn.WebRtc.Sctp.Tests;

public class ResetAndShutdownTests
{
    [Fact]
    public void A_stream_is_reset_after_what_was_queued_on_it_and_can_be_used_again()
    {
        using var link = new VirtualLink(1);
        link.Connect();
        for (int i = 0; i < 5; i++)
            link.A.Send(3, 53, TestData.Bytes(i, 30_000), default, link.Now);
        link.A.ResetStream(3);
        Assert.Equal(SctpSendResult.StreamUnavailable, link.A.Send(3, 53, new byte[1], default, link.Now));
        link.RunUntil(() => link.EventsA.Contains(SctpEventKind.OutgoingStreamReset), TimeSpan.FromSeconds(5), "the reset to be confirmed");
        Assert.Equal([3], link.ResetsAtB);
        Assert.Equal(5, link.AtB.Count);
        Assert.Equal(SctpSendResult.Queued, link.A.Send(3, 53, new byte[] { 7 }, default, link.Now));
        link.RunUntil(() => link.AtB.Count == 6, TimeSpan.FromSeconds(5), "a message after the reset");
    }

    [Fact]
    public void Resets_hold_under_loss_and_reordering()
    {
        for (int seed = 0; seed < 40; seed++)
        {
            var conditions = new PathConditions { Loss = 0.15, Duplication = 0.1, Jitter = TimeSpan.FromMilliseconds(40) };
            using var link = new VirtualLink(seed, conditions);
            link.Connect();
            for (int round = 0; round < 3; round++)
            {
                int before = link.EventsA.Count(e => e == SctpEventKind.OutgoingStreamReset);
                for (int i = 0; i < 4; i++)
                    Assert.Equal(SctpSendResult.Queued, link.A.Send((ushort)i, 53, BitConverter.GetBytes(round), default, link.Now));
                for (ushort i = 0; i < 4; i++)
                    link.A.ResetStream(i);
                link.RunUntil(
                    () => link.EventsA.Count(e => e == SctpEventKind.OutgoingStreamReset) == before + 4,
                    TimeSpan.FromMinutes(2),
                    $"four resets, seed {seed}, round {round}");
            }

            Assert.Equal(12, link.AtB.Count);
            for (ushort i = 0; i < 4; i++)
                Assert.Equal([0, 1, 2], link.AtB.Where(m => m.StreamId == i).Select(m => BitConverter.ToInt32(m.Payload)));
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.2)]
    public void Shutdown_delivers_what_was_accepted(double loss)
    {
        for (int seed = 0; seed < 20; seed++)
        {
            using var link = new VirtualLink(seed, new PathConditions { Loss = loss });
            link.Connect();
            link.A.Send(0, 53, TestData.Bytes(1, 50_000), default, link.Now);
            link.B.Send(0, 53, TestData.Bytes(2, 50_000), default, link.Now);
            link.A.Shutdown(link.Now);
            Assert.Equal(SctpSendResult.Closed, link.A.Send(0, 53, new byte[1], default, link.Now));
            link.RunUntil(() => link.A.CloseReason != SctpCloseReason.None, TimeSpan.FromMinutes(3), "the end");
            link.RunFor(TimeSpan.FromMinutes(3));
            Assert.Equal(SctpCloseReason.Shutdown, link.A.CloseReason);
            Assert.Single(link.AtB);
            Assert.Single(link.AtA);
            // The last packet of all may be lost; the other side then gives up by itself.
            Assert.Contains(link.B.CloseReason, new[] { SctpCloseReason.Shutdown, SctpCloseReason.PeerUnreachable });
        }
    }

    [Fact]
    public void Shutdown_before_the_handshake_is_over_delivers_what_was_accepted()
    {
        using var link = new VirtualLink(2);
        link.A.Connect(link.Now);
        link.A.Send(0, 53, TestData.Bytes(1, 5_000), default, link.Now);
        link.A.Shutdown(link.Now);
        Assert.Equal(SctpSendResult.Closed, link.A.Send(0, 53, new byte[1], default, link.Now));
        link.RunUntil(
            () => link.A.CloseReason != SctpCloseReason.None && link.B.CloseReason != SctpCloseReason.None, TimeSpan.FromSeconds(10), "the end");
        Assert.Equal((SctpCloseReason.Shutdown, SctpCloseReason.Shutdown), (link.A.CloseReason, link.B.CloseReason));
        Assert.Single(link.AtB);
    }

    [Fact]
    public void Streams_are_reset_before_the_association_ends_whichever_packet_is_lost()
    {
        for (int lost = -1; lost < 10; lost++)
        {
            int sent = 0;
            using var link = new VirtualLink(6);
            link.Connect();
            link.A.Send(1, 53, TestData.Bytes(1, 500), default, link.Now);
            link.RunFor(TimeSpan.FromSeconds(1));
            int dropped = lost;
            link.Conditions = new PathConditions { Drop = (_, _) => sent++ == dropped };
            link.A.ResetStream(1);
            link.A.Shutdown(link.Now);
            link.RunUntil(() => link.A.CloseReason != SctpCloseReason.None, TimeSpan.FromSeconds(5), $"the end without packet {lost}");
            Assert.Equal(SctpCloseReason.Shutdown, link.A.CloseReason);
            Assert.Equal([1], link.ResetsAtB);
        }
    }

    [Fact]
    public void Both_sides_may_shut_down_at_once()
    {
        using var link = new VirtualLink(3);
        link.Connect();
        link.A.Shutdown(link.Now);
        link.B.Shutdown(link.Now);
        link.RunUntil(
            () => link.A.CloseReason != SctpCloseReason.None && link.B.CloseReason != SctpCloseReason.None, TimeSpan.FromSeconds(10), "the end");
        Assert.Equal((SctpCloseReason.Shutdown, SctpCloseReason.Shutdown), (link.A.CloseReason, link.B.CloseReason));
    }

    [Fact]
    public void Abort_tells_the_peer()
    {
        using var link = new VirtualLink(4);
        link.Connect();
        link.A.Abort();
        link.RunUntil(() => link.B.CloseReason != SctpCloseReason.None, TimeSpan.FromSeconds(1), "the peer to hear of it");
        Assert.Equal(SctpCloseReason.RemoteAbort, link.B.CloseReason);
        Assert.Equal(SctpCloseReason.LocalAbort, link.A.CloseReason);
        Assert.Equal(TimeSpan.MaxValue, link.A.NextDeadline);
    }
}
