using System.Buffers.Binary;
using Nsn.WebRtc.DataChannels;

namespace Nsn.WebRtc.Sctp.Tests;

/// <summary>Packets of a peer that means ill never throw. NSN_FUZZ_ROUNDS makes the run as long as wanted.</summary>
public class FuzzTests
{
    private static readonly int? Rounds = int.TryParse(Environment.GetEnvironmentVariable("NSN_FUZZ_ROUNDS"), out int rounds) ? rounds : null;

    [Fact]
    public void Mutated_packets_never_throw_in_any_state()
    {
        var random = new Random(42);
        for (int round = 0; round < (Rounds ?? 400); round++)
        {
            var captured = new List<byte[]>();
            bool Capture(bool toB, byte[] packet)
            {
                captured.Add(packet);
                return false;
            }

            using var link = new VirtualLink(round, new PathConditions { Loss = 0.05, Drop = Capture });
            if (round % 3 == 0)
                link.B.Connect(link.Now);
            link.A.Connect(link.Now);
            link.RunFor(TimeSpan.FromMilliseconds(random.Next(100)));
            link.A.Send(1, 53, TestData.Bytes(round, 5000), new SctpSendOptions(Unordered: round % 2 == 0, MaxRetransmits: 0), link.Now);
            link.A.ResetStream(1);
            link.RunFor(TimeSpan.FromMilliseconds(random.Next(100)));
            if (round % 5 == 0)
                link.A.Shutdown(link.Now);
            link.RunFor(TimeSpan.FromMilliseconds(random.Next(100)));
            foreach (byte[] packet in captured.ToArray())
            {
                for (int i = 0; i < 10; i++)
                    (i % 2 == 0 ? link.A : link.B).Handle(Mutate(packet, random), link.Now);
                link.RunFor(TimeSpan.FromMilliseconds(1));
            }
        }
    }

    [Fact]
    public void Random_chunks_never_throw()
    {
        var random = new Random(7);
        byte[] types = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 14, 64, 130, 192, 194, 255];
        for (int round = 0; round < (Rounds ?? 300); round++)
        {
            using var link = new VirtualLink(round);
            link.Connect();
            link.B.Send(0, 53, TestData.Bytes(1, 20_000), default, link.Now);
            link.RunFor(TimeSpan.FromMilliseconds(5));
            byte[] head = HeaderTowardsB(link);
            for (int i = 0; i < 100; i++)
            {
                byte[] packet = new byte[12 + (random.Next(1, 40) * 4)];
                random.NextBytes(packet);
                head.CopyTo(packet, 0);
                packet.AsSpan(8, 4).Clear();
                packet[12] = types[random.Next(types.Length)];
                packet[13] = (byte)random.Next(16);
                BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(14), (ushort)(packet.Length - 12 - random.Next(4)));
                link.B.Handle(packet, link.Now);
                link.RunFor(TimeSpan.FromMilliseconds(1));
            }
        }
    }

    [Fact]
    public void Announcements_of_channels_never_throw()
    {
        var random = new Random(9);
        byte[] open = OpenMessage.Create("a label", new DataChannelSettings { Protocol = "a protocol", Ordered = false, MaxRetransmits = 3 });
        for (int round = 0; round < (Rounds ?? 20_000); round++)
        {
            byte[] copy = random.Next(4) == 0 ? open[..random.Next(open.Length + 1)] : [.. open];
            for (int i = random.Next(4); i > 0 && copy.Length > 0; i--)
                copy[random.Next(copy.Length)] = (byte)random.Next(256);
            if (OpenMessage.TryParse(copy, 16, out string label, out DataChannelSettings settings))
                Assert.True(label.Length <= 16 && settings.Protocol.Length <= 16);
        }
    }

    [Fact]
    public void Data_channels_take_any_message_on_any_stream_and_still_open_the_next_one()
    {
        var random = new Random(12);
        var options = new DataChannelOptions { MaxChannels = 16 };
        byte[] buffer = new byte[1200];
        for (int round = 0; round < (Rounds ?? 300); round++)
        {
            using var peer = new SctpAssociation(new SctpOptions(), random.NextBytes);
            using var channels = new DataChannelEndpoint(options, isDtlsClient: false, random.NextBytes);
            var opened = new List<DataChannel>();
            TimeSpan now = TimeSpan.FromSeconds(1);
            peer.Connect(now);
            Turn();
            for (int i = 0; i < 100; i++)
            {
                ushort stream = (ushort)random.Next(24);
                uint protocol = random.Next(4) == 0 ? (uint)random.Next(48, 60) : PayloadProtocol.Control;
                peer.SendCopy(stream, protocol, Announcement(random), new SctpSendOptions(Unordered: random.Next(3) == 0), now);
                if (random.Next(4) == 0)
                    peer.ResetStream((ushort)random.Next(24));
                if (random.Next(6) == 0 && channels.Channels.Count > 0)
                    channels.Channels.First().Close();
                if (random.Next(6) == 0 && channels.Channels.Count < options.MaxChannels)
                    channels.Open("ours", new DataChannelSettings { NegotiatedId = random.Next(2) == 0 ? 100 + (i * 8) : null }, now);
                Turn();
                Assert.True(channels.Channels.Count <= options.MaxChannels, $"{channels.Channels.Count} channels are open");
            }

            foreach (DataChannel channel in channels.Channels.ToArray())
                channel.Close();
            for (ushort stream = 0; stream < 1000; stream++)
                peer.ResetStream(stream);
            for (int i = 0; i < 20; i++)
                Turn();
            Assert.Equal((SctpState.Established, 0), (peer.State, channels.Channels.Count));
            opened.Clear();
            Assert.Equal(SctpSendResult.Queued, peer.SendCopy(2, PayloadProtocol.Control, OpenMessage.Create("last", new DataChannelSettings()), default, now));
            Turn();
            Assert.Equal("last", Assert.Single(opened).Label);

            void Turn()
            {
                now += TimeSpan.FromMilliseconds(500);
                peer.HandleTimeout(now);
                channels.HandleTimeout(now);
                for (bool moved = true; moved;)
                {
                    moved = false;
                    while (channels.TryPollEvent(now, out DataChannelEvent e))
                    {
                        if (e.Kind == DataChannelEventKind.Opened)
                            opened.Add(e.Channel!);
                    }

                    while (peer.TryPollEvent(out _))
                    {
                        // What the channels say is of no interest.
                    }

                    while (peer.TryPollPacket(now, buffer, out int length))
                        moved |= channels.Handle(buffer.AsSpan(0, length), now) == SctpHandleResult.Handled;
                    while (channels.TryPollPacket(now, buffer, out int length))
                        moved |= peer.Handle(buffer.AsSpan(0, length), now) == SctpHandleResult.Handled;
                }
            }
        }
    }

    private static byte[] Announcement(Random random)
    {
        if (random.Next(4) == 0)
            return [(byte)random.Next(5)];
        byte[] copy = OpenMessage.Create("a label", new DataChannelSettings { Protocol = "a protocol", Ordered = random.Next(2) == 0, MaxRetransmits = random.Next(3) });
        for (int i = random.Next(3); i > 0; i--)
            copy[random.Next(copy.Length)] = (byte)random.Next(256);
        return random.Next(4) == 0 ? copy[..random.Next(1, copy.Length)] : copy;
    }

    private static byte[] HeaderTowardsB(VirtualLink link)
    {
        byte[] buffer = new byte[1200];
        link.A.Send(9, 53, new byte[4], default, link.Now);
        Assert.True(link.A.TryPollPacket(link.Now, buffer, out _));
        return buffer[..12];
    }

    private static byte[] Mutate(byte[] packet, Random random)
    {
        byte[] copy = random.Next(4) == 0 ? packet[..random.Next(packet.Length + 1)] : [.. packet];
        for (int i = random.Next(4); i >= 0 && copy.Length > 12; i--)
            copy[random.Next(12, copy.Length)] = (byte)random.Next(256);
        // With a good checksum, so that the mutation gets past the first gate.
        if (copy.Length >= 16)
        {
            copy.AsSpan(8, 4).Clear();
            if (copy[12] is 1 or 10 || random.Next(2) == 0)
                BinaryPrimitives.WriteUInt32LittleEndian(copy.AsSpan(8), Crc32C.Compute(copy, 8));
        }

        return copy;
    }
}
