using System.Buffers.Binary;
using Nsn.WebRtc.DataChannels;
using Nsn.WebRtc.Sctp;
using Nsn.WebRtc.Sessions;

namespace Nsn.WebRtc.Tests;

/// <summary>The end of a session in order: what was accepted before is delivered, channels and association are closed, then close_notify. On virtual time.</summary>
public class ClosingTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    [Theory]
    [InlineData(true, true)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(false, false)]
    public void closing_survives_the_loss_of_any_one_packet(bool isClient, bool hasMedia)
    {
        for (int lost = -1; lost < 16; lost++)
        {
            using VirtualNetwork network = Create(hasMedia);
            (WebRtcSession closing, WebRtcSession other, List<SessionEvent> events) = Sides(network, isClient);
            DataChannel channel = Open(network, closing, events);
            for (int i = 0; i < 10; i++)
            {
                Assert.Equal(SctpSendResult.Queued, channel.Send(Message(i, 100), network.Now));
            }

            int sent = 0;
            int dropped = lost;
            network.Filter = (_, _) => sent++ != dropped;
            closing.Shutdown(network.Now, Limit);
            Assert.Equal(SctpSendResult.StreamUnavailable, channel.Send(new byte[1], network.Now));
            network.RunUntil($"the closing side ends without packet {lost}", () => closing.State == SessionState.Closed, Limit.TotalSeconds);
            SessionClosed closed = Assert.Single((isClient ? network.ClientEvents : network.ServerEvents).OfType<SessionClosed>());
            Assert.Equal((CloseReason.Local, "closed by this side, after all was delivered"), (closed.Reason, closed.Details));

            // Where close_notify itself is lost, the other side may have to wait for the end of consent.
            network.RunUntil($"the other side ends without packet {lost}", () => other.State == SessionState.Closed, seconds: 40);
            Assert.Equal(Enumerable.Range(0, 10), events.OfType<DataChannelMessage>().Select(message => BinaryPrimitives.ReadInt32BigEndian(message.Data.Span)));
            Assert.IsType<SessionClosed>(events[^1]);
            Assert.Single(events.OfType<DataChannelClosed>());
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void what_was_accepted_arrives_before_the_end_on_a_bad_link(bool isClient)
    {
        for (int seed = 0; seed < 10; seed++)
        {
            using VirtualNetwork network = Create(hasMedia: true, seed);
            (WebRtcSession closing, WebRtcSession other, List<SessionEvent> events) = Sides(network, isClient);
            DataChannel channel = Open(network, closing, events);
            network.Loss = 0.1;
            network.Delay = TimeSpan.FromMilliseconds(40);
            for (int i = 0; i < 60; i++)
            {
                Assert.Equal(SctpSendResult.Queued, channel.Send(Message(i, 5_000), network.Now));
            }

            closing.Shutdown(network.Now, TimeSpan.FromMinutes(1));
            network.RunUntil("the closing side ends", () => closing.State == SessionState.Closed, seconds: 60);
            network.RunUntil("the other side ends", () => other.State == SessionState.Closed, seconds: 40);
            Assert.Equal(Enumerable.Range(0, 60), events.OfType<DataChannelMessage>().Select(message => BinaryPrimitives.ReadInt32BigEndian(message.Data.Span)));
            Assert.IsType<SessionClosed>(events[^1]);
        }
    }

    [Fact]
    public void both_sides_may_close_at_once()
    {
        using VirtualNetwork network = Create(hasMedia: false);
        DataChannel channel = Open(network, network.Client, network.ServerEvents);
        channel.Send(Message(1, 100), network.Now);
        network.Client.Shutdown(network.Now, Limit);
        network.Server.Shutdown(network.Now, Limit);
        network.RunUntil("both end", () => network.Client.State == SessionState.Closed && network.Server.State == SessionState.Closed, Limit.TotalSeconds);
        Assert.Single(network.ServerEvents.OfType<DataChannelMessage>());
    }

    [Fact]
    public void messages_of_before_the_association_stands_arrive_too()
    {
        using VirtualNetwork network = Create(hasMedia: false);
        network.OnClientEvent = e =>
        {
            if (e is SessionConnected)
            {
                DataChannel channel = network.Client.OpenDataChannel("early", new DataChannelSettings(), network.Now);
                channel.Send(Message(1, 100), network.Now);
                network.Client.Shutdown(network.Now, Limit);
            }
        };
        network.RunUntil("the client ends", () => network.Client.State == SessionState.Closed);
        network.RunUntil("the server ends", () => network.Server.State == SessionState.Closed);
        Assert.Single(network.ServerEvents.OfType<DataChannelMessage>());
    }

    [Fact]
    public void closing_takes_no_longer_than_its_limit_and_says_what_came_of_it()
    {
        using VirtualNetwork network = Create(hasMedia: true);
        DataChannel channel = Open(network, network.Client, network.ServerEvents);
        network.Filter = (_, _) => false;
        channel.Send(Message(1, 100), network.Now);
        TimeSpan start = network.Now;
        network.Client.Shutdown(start, Limit);
        network.Client.Shutdown(start, TimeSpan.FromHours(1));
        network.RunUntil("the client ends", () => network.Client.State == SessionState.Closed, Limit.TotalSeconds + 0.01);
        Assert.True(network.Now - start >= Limit, $"it ended after {network.Now - start}");
        Assert.Equal("closed by this side, before all was delivered", Assert.Single(network.ClientEvents.OfType<SessionClosed>()).Details);
    }

    [Fact]
    public void messages_for_which_the_owner_had_no_room_come_before_the_end()
    {
        using VirtualNetwork network = Create(hasMedia: false);
        DataChannel channel = Open(network, network.Client, network.ServerEvents);
        network.Server.EventsWithOwner = WebRtcSession.EventsMax;
        for (int i = 0; i < 100; i++)
        {
            channel.Send(Message(i, 100), network.Now);
        }

        network.Client.Shutdown(network.Now, Limit);
        network.RunUntil("both end", () => network.Client.State == SessionState.Closed && network.Server.State == SessionState.Closed, Limit.TotalSeconds);
        Assert.Empty(network.ServerEvents.OfType<DataChannelMessage>());
        network.Server.EventsWithOwner = 0;
        network.Drain();
        Assert.Equal(Enumerable.Range(0, 100), network.ServerEvents.OfType<DataChannelMessage>().Select(message => BinaryPrimitives.ReadInt32BigEndian(message.Data.Span)));
        Assert.Equal(CloseReason.Peer, Assert.IsType<SessionClosed>(network.ServerEvents[^1]).Reason);
    }

    [Fact]
    public void frames_that_wait_for_the_pacer_are_sent_before_the_end_and_none_is_taken_after_it()
    {
        using VirtualNetwork network = Create(hasMedia: true);
        byte[] frame = TestVideo.Frame(0, 200_000);
        Assert.True(network.Server.SendFrame(Media.MediaFrame.Create(Media.MediaCodec.Vp8, frame, 0, isKeyFrame: true, captureTime: network.Now)));
        network.Server.Shutdown(network.Now, Limit);
        Assert.False(network.Server.SendFrame(Media.MediaFrame.Create(Media.MediaCodec.Vp8, frame, 3_000, isKeyFrame: true, captureTime: network.Now)));
        network.RunUntil("both end", () => network.Client.State == SessionState.Closed && network.Server.State == SessionState.Closed, Limit.TotalSeconds);
        Assert.Equal(frame, Assert.Single(network.VideoFrames).Data.ToArray());
    }

    [Fact]
    public void closing_at_once_still_does()
    {
        using VirtualNetwork network = Create(hasMedia: false);
        Open(network, network.Client, network.ServerEvents);
        network.Client.Close(network.Now);
        Assert.Equal(SessionState.Closed, network.Client.State);
        network.RunUntil("the server ends", () => network.Server.State == SessionState.Closed, seconds: 1);
        Assert.Equal(CloseReason.Peer, Assert.IsType<SessionClosed>(network.ServerEvents[^1]).Reason);
    }

    private static VirtualNetwork Create(bool hasMedia, int seed = 7)
    {
        VirtualNetwork network = new(seed, client: options => options with { ReceiveMedia = hasMedia }, server: options => options with { SendMedia = hasMedia });
        if (hasMedia)
        {
            network.Connect();
        }

        return network;
    }

    private static (WebRtcSession Closing, WebRtcSession Other, List<SessionEvent> OthersEvents) Sides(VirtualNetwork network, bool isClient) =>
        isClient ? (network.Client, network.Server, network.ServerEvents) : (network.Server, network.Client, network.ClientEvents);

    private static DataChannel Open(VirtualNetwork network, WebRtcSession opener, List<SessionEvent> events)
    {
        network.Connect();
        DataChannel channel = opener.OpenDataChannel("test", new DataChannelSettings(), network.Now);
        network.RunUntil("the channel is open", () => channel.State == DataChannelState.Open && events.OfType<DataChannelOpened>().Any());
        network.Run(0.5);
        return channel;
    }

    private static byte[] Message(int number, int length)
    {
        byte[] message = new byte[length];
        BinaryPrimitives.WriteInt32BigEndian(message, number);
        return message;
    }
}
