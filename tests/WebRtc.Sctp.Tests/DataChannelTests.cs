using System.Text;
using Nsn.WebRtc.DataChannels;

namespace Nsn.WebRtc.Sctp.Tests;

public class DataChannelTests
{
    [Fact]
    public void A_channel_is_announced_with_its_settings_and_confirmed()
    {
        using var pair = new ChannelPair(1);
        var settings = new DataChannelSettings { Ordered = false, MaxRetransmits = 3, Protocol = "nsn.chunks", Priority = 512 };
        DataChannel local = pair.Client.Open("clips ✓", settings, pair.Now);
        pair.RunUntil(() => local.State == DataChannelState.Open, "the channel to open");
        DataChannel remote = Assert.Single(pair.Server.Channels);
        Assert.Equal((0, "clips ✓", settings), (remote.Id, remote.Label, remote.Settings));
        Assert.True(remote.IsRemote && remote.State == DataChannelState.Open);
    }

    [Fact]
    public void Text_binary_and_empty_messages_keep_their_kind_and_order()
    {
        using var pair = new ChannelPair(2);
        DataChannel local = pair.Server.Open("a", new DataChannelSettings(), pair.Now);
        Assert.Equal(1, local.Id);
        local.SendText("first", pair.Now);
        local.Send(Array.Empty<byte>(), pair.Now);
        local.SendText("", pair.Now);
        local.SendCopy([1, 2, 3], pair.Now);
        pair.RunUntil(() => pair.AtClient.Count == 4, "four messages");
        Assert.Equal(["text first", "binary ", "text ", "binary \u0001\u0002\u0003"], pair.AtClient);
    }

    [Fact]
    public void Closing_closes_both_ends_after_the_last_message_and_frees_the_number()
    {
        using var pair = new ChannelPair(3);
        for (int round = 0; round < 5; round++)
        {
            DataChannel local = pair.Client.Open("x", new DataChannelSettings(), pair.Now);
            Assert.Equal(0, local.Id);
            local.SendText($"m{round}", pair.Now);
            local.Close();
            pair.RunUntil(() => local.State == DataChannelState.Closed && pair.Server.Channels.Count == 0, "both ends to close");
            Assert.Equal($"text m{round}", pair.AtServer[round]);
        }
    }

    [Fact]
    public void Both_ends_may_close_at_once()
    {
        using var pair = new ChannelPair(4);
        DataChannel local = pair.Client.Open("x", new DataChannelSettings(), pair.Now);
        pair.RunUntil(() => local.State == DataChannelState.Open, "the channel to open");
        local.Close();
        pair.Server.Channels.Single().Close();
        pair.RunUntil(() => pair.Client.Channels.Count == 0 && pair.Server.Channels.Count == 0, "both ends to close");
    }

    [Fact]
    public void A_negotiated_channel_needs_no_announcement()
    {
        using var pair = new ChannelPair(5);
        var settings = new DataChannelSettings { NegotiatedId = 77 };
        DataChannel a = pair.Client.Open("n", settings, pair.Now), b = pair.Server.Open("n", settings, pair.Now);
        pair.RunUntil(() => a.State == DataChannelState.Open && b.State == DataChannelState.Open, "both ends to open");
        b.SendText("hello", pair.Now);
        pair.RunUntil(() => pair.AtClient.Count == 1, "the message");
    }

    [Fact]
    public void One_channel_too_many_is_refused_by_closing_it()
    {
        using var pair = new ChannelPair(6, server: new DataChannelOptions { MaxChannels = 2 });
        DataChannel[] channels = [.. Enumerable.Range(0, 3).Select(i => pair.Client.Open($"c{i}", new DataChannelSettings(), pair.Now))];
        pair.RunUntil(() => channels.All(c => c.State is DataChannelState.Open or DataChannelState.Closed), "two to open and one to be refused");
        Assert.Equal(2, pair.Server.Channels.Count);
        Assert.Single(channels, c => c.State == DataChannelState.Closed);
    }

    [Fact]
    public void A_free_number_of_our_own_half_is_taken()
    {
        // Both ends think that they are the DTLS server, as a peer does that goes by the ICE role.
        using var pair = new ChannelPair(9, isClientDtlsClient: false);
        DataChannel remote = pair.Client.Open("theirs", new DataChannelSettings(), pair.Now);
        pair.RunUntil(() => remote.State == DataChannelState.Open, "the peer's channel to open");
        DataChannel local = pair.Server.Open("ours", new DataChannelSettings(), pair.Now);
        pair.RunUntil(() => local.State == DataChannelState.Open, "our channel to open beside it");
        Assert.NotEqual(remote.Id, local.Id);
    }

    [Fact]
    public void Another_number_is_taken_while_a_refused_channel_of_the_peer_is_being_closed()
    {
        using var pair = new ChannelPair(10, server: new DataChannelOptions { MaxLabelLength = 4 }, isClientDtlsClient: false);
        DataChannel first = pair.Client.Open("a", new DataChannelSettings(), pair.Now);
        pair.RunUntil(() => first.State == DataChannelState.Open, "the first channel to open");
        DataChannel refused = pair.Client.Open("a long label", new DataChannelSettings(), pair.Now);
        pair.LosesServerPackets = true;
        pair.RunUntil(() => pair.Server.Association.Statistics.BytesReceived > 30, "the announcement to arrive");
        DataChannel local = pair.Server.Open("ours", new DataChannelSettings(), pair.Now);
        pair.LosesServerPackets = false;
        pair.RunUntil(() => local.State == DataChannelState.Open && refused.State == DataChannelState.Closed, "one to open and the other to be refused");
        Assert.NotEqual(refused.Id, local.Id);
    }

    [Fact]
    public void A_number_can_be_used_again_where_the_confirmation_of_its_closing_was_lost()
    {
        using var pair = new ChannelPair(11);
        DataChannel former = pair.Client.Open("former", new DataChannelSettings(), pair.Now), other = pair.Client.Open("other", new DataChannelSettings(), pair.Now);
        pair.RunUntil(() => former.State == DataChannelState.Open && other.State == DataChannelState.Open, "the channels to open");
        DataChannel atServer = pair.Server.Channels.Single(channel => channel.Id == former.Id);
        atServer.SendText("numbers of messages begin anew", pair.Now);
        pair.RunUntil(() => pair.AtClient.Count == 1, "the server's message");
        int requests = 0;
        // The client confirms both halves' resets, of which it asked for one; that of the server's half is lost.
        pair.LosesClientPacket = packet => packet[12] == 130 && packet[17] == 16 && requests++ == 0;
        former.Close();
        pair.RunUntil(() => former.State == DataChannelState.Closed, "the first channel to close");
        DataChannel again = pair.Client.Open("again", new DataChannelSettings(), pair.Now);
        again.SendText("hello", pair.Now);
        Assert.Equal(former.Id, again.Id);
        pair.RunUntil(() => again.State == DataChannelState.Open, "the number to be used again");
        Assert.Equal((1, DataChannelState.Closed), (requests, atServer.State));
        pair.Server.Channels.Single(channel => channel.Id == again.Id).SendText("and so they do", pair.Now);
        pair.RunUntil(() => pair.AtClient.Count == 2 && pair.AtServer.Count == 1, "messages both ways");
        other.Close();
        pair.RunUntil(() => other.State == DataChannelState.Closed && pair.Server.Channels.Count == 1, "another channel to close as ever");
        Assert.Equal(DataChannelState.Open, again.State);
    }

    [Fact]
    public void The_end_of_the_association_closes_every_channel()
    {
        using var pair = new ChannelPair(7);
        DataChannel local = pair.Client.Open("x", new DataChannelSettings(), pair.Now);
        pair.RunUntil(() => local.State == DataChannelState.Open, "the channel to open");
        pair.Server.Association.Abort();
        pair.RunUntil(() => pair.ClientDisconnected, "the end");
        Assert.Equal(DataChannelState.Closed, local.State);
        Assert.Equal(SctpSendResult.StreamUnavailable, local.SendText("late", pair.Now));
    }

    [Fact]
    public void Low_water_is_reported_on_the_channel()
    {
        using var pair = new ChannelPair(8);
        DataChannel local = pair.Client.Open("x", new DataChannelSettings(), pair.Now);
        pair.RunUntil(() => local.State == DataChannelState.Open, "the channel to open");
        local.SetBufferedAmountLowThreshold(50_000);
        for (int i = 0; i < 10; i++)
            local.Send(new byte[60_000], pair.Now);
        pair.RunUntil(() => pair.ClientLow.Contains(local), "low water");
        Assert.True(local.BufferedAmount <= 50_000);
    }

    private sealed class ChannelPair : IDisposable
    {
        private readonly byte[] _buffer = new byte[1200];

        public ChannelPair(int seed, DataChannelOptions? server = null, bool isClientDtlsClient = true)
        {
            var random = new Random(seed);
            Client = new DataChannelEndpoint(new DataChannelOptions(), isClientDtlsClient, random.NextBytes);
            Server = new DataChannelEndpoint(server ?? new DataChannelOptions(), isDtlsClient: false, random.NextBytes);
            Client.Connect(Now);
            Server.Connect(Now);
        }

        public DataChannelEndpoint Client { get; }

        public DataChannelEndpoint Server { get; }

        public TimeSpan Now { get; private set; }

        public List<string> AtClient { get; } = [];

        public List<string> AtServer { get; } = [];

        public List<DataChannel?> ClientLow { get; } = [];

        public bool ClientDisconnected { get; private set; }

        public bool LosesServerPackets { get; set; }

        public Func<byte[], bool>? LosesClientPacket { get; set; }

        public void RunUntil(Func<bool> condition, string what)
        {
            for (int i = 0; i < 10_000; i++)
            {
                Drain();
                if (condition())
                    return;
                Now += TimeSpan.FromMilliseconds(5);
                Client.HandleTimeout(Now);
                Server.HandleTimeout(Now);
            }

            Assert.Fail($"Waited in vain for {what}.");
        }

        public void Dispose()
        {
            Client.Dispose();
            Server.Dispose();
        }

        private void Drain()
        {
            bool moved;
            do
            {
                moved = false;
                Read(Client, AtClient);
                Read(Server, AtServer);
                while (Client.TryPollPacket(Now, _buffer, out int length))
                {
                    if (LosesClientPacket?.Invoke(_buffer[..length]) != true)
                        Server.Handle(_buffer.AsSpan(0, length), Now);
                    moved = true;
                }

                while (Server.TryPollPacket(Now, _buffer, out int length))
                {
                    if (!LosesServerPackets)
                        Client.Handle(_buffer.AsSpan(0, length), Now);
                    moved = true;
                }
            }
            while (moved);
        }

        private void Read(DataChannelEndpoint from, List<string> messages)
        {
            while (from.TryPollEvent(Now, out DataChannelEvent e))
            {
                if (e.Kind == DataChannelEventKind.Message)
                    messages.Add((e.IsText ? "text " : "binary ") + Encoding.UTF8.GetString(e.Payload.Span));
                else if (e.Kind == DataChannelEventKind.BufferedAmountLow && from == Client)
                    ClientLow.Add(e.Channel);
                else if (e.Kind == DataChannelEventKind.Disconnected && from == Client)
                    ClientDisconnected = true;
            }
        }
    }
}
