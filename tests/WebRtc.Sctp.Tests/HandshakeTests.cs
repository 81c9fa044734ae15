using System.Buffers.Binary;

namespace Nsn.WebRtc.Sctp.Tests;

public class HandshakeTests
{
    [Fact]
    public void One_side_connects()
    {
        using var link = new VirtualLink(1);
        link.Connect();
        Assert.Equal([SctpEventKind.Established], link.EventsA);
        Assert.Equal([SctpEventKind.Established], link.EventsB);
        Assert.True(link.A.SendsZeroChecksum && link.B.SendsZeroChecksum);
    }

    [Fact]
    public void Both_sides_connect_at_once()
    {
        using var link = new VirtualLink(2);
        link.B.Connect(link.Now);
        link.Connect();
        link.A.Send(0, 53, TestData.Bytes(1, 100), default, link.Now);
        link.B.Send(0, 53, TestData.Bytes(2, 100), default, link.Now);
        link.RunUntil(() => link.AtA.Count == 1 && link.AtB.Count == 1, TimeSpan.FromSeconds(1), "both messages");
        Assert.Single(link.EventsA, SctpEventKind.Established);
        Assert.Single(link.EventsB, SctpEventKind.Established);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Each_handshake_packet_may_be_lost(int lost)
    {
        int count = 0;
        using var link = new VirtualLink(3, new PathConditions { Drop = (_, _) => count++ == lost });
        link.Connect();
        link.A.Send(0, 53, TestData.Bytes(1, 100), default, link.Now);
        link.RunUntil(() => link.AtB.Count == 1, TimeSpan.FromSeconds(10), "the message");
    }

    [Fact]
    public void Handshake_survives_loss_duplication_and_mutation_of_either_side()
    {
        for (int seed = 0; seed < 200; seed++)
        {
            var conditions = new PathConditions { Loss = 0.2, Duplication = 0.2, Mutation = 0.1, Jitter = TimeSpan.FromMilliseconds(50) };
            using var link = new VirtualLink(seed, conditions);
            if (seed % 2 == 0)
                link.B.Connect(link.Now);
            link.Connect();
        }
    }

    [Fact]
    public void A_silent_peer_ends_the_handshake()
    {
        using var link = new VirtualLink(4, new PathConditions { Drop = (toB, _) => toB });
        link.A.Connect(link.Now);
        link.RunUntil(() => link.A.CloseReason != SctpCloseReason.None, TimeSpan.FromMinutes(5), "the handshake to be given up");
        Assert.Equal(SctpCloseReason.HandshakeTimeout, link.A.CloseReason);
    }

    [Fact]
    public void Checksums_are_computed_where_the_peer_wants_them()
    {
        bool sawZero = false;
        using var link = new VirtualLink(
            5,
            new PathConditions { Drop = (_, packet) => (sawZero |= BinaryPrimitives.ReadUInt32BigEndian(packet.AsSpan(8)) == 0) && false },
            b: new SctpOptions { ZeroChecksum = false });
        link.Connect();
        link.A.Send(0, 53, TestData.Bytes(1, 5000), default, link.Now);
        link.RunUntil(() => link.AtB.Count == 1, TimeSpan.FromSeconds(10), "the message");
        Assert.False(sawZero);
    }

    [Fact]
    public void Init_and_cookie_echo_always_carry_a_checksum()
    {
        var checkedTypes = new HashSet<byte>();
        using var link = new VirtualLink(
            6,
            new PathConditions
            {
                Drop = (_, packet) =>
                {
                    if (packet[12] is 1 or 10)
                    {
                        checkedTypes.Add(packet[12]);
                        Assert.Equal(Crc32C.Compute(packet, 8), BinaryPrimitives.ReadUInt32LittleEndian(packet.AsSpan(8)));
                    }

                    return false;
                },
            });
        link.Connect();
        Assert.Equal(2, checkedTypes.Count);
    }

    [Fact]
    public void A_stale_cookie_is_refused()
    {
        byte[]? cookieEcho = null;
        var options = new SctpOptions { CookieLifetime = TimeSpan.FromSeconds(5) };
        using var link = new VirtualLink(
            7, new PathConditions { Drop = (_, packet) => packet[12] == 10 && (cookieEcho ??= packet) is not null }, b: options);
        link.A.Connect(link.Now);
        link.RunFor(TimeSpan.FromMilliseconds(100));
        link.RunFor(TimeSpan.FromSeconds(6));
        Assert.NotNull(cookieEcho);
        link.B.Handle(cookieEcho, link.Now);
        Assert.Equal(SctpState.Closed, link.B.State);
    }

    [Fact]
    public void A_forged_cookie_is_refused()
    {
        bool forged = false;
        using var link = new VirtualLink(8, new PathConditions
        {
            Drop = (_, packet) =>
            {
                if (packet[12] == 10)
                {
                    packet[30] ^= 1;
                    BinaryPrimitives.WriteUInt32LittleEndian(packet.AsSpan(8), Crc32C.Compute(packet, 8));
                    forged = true;
                }

                return false;
            },
        });
        link.A.Connect(link.Now);
        link.RunFor(TimeSpan.FromSeconds(3));
        Assert.True(forged);
        Assert.Equal(SctpState.Closed, link.B.State);
    }

    [Fact]
    public void A_peer_that_starts_anew_ends_the_association()
    {
        using var link = new VirtualLink(9);
        link.Connect();
        using var another = new SctpAssociation(new SctpOptions(), new Random(99).NextBytes);
        another.Connect(link.Now);
        byte[] buffer = new byte[1200];
        Assert.True(another.TryPollPacket(link.Now, buffer, out int length));
        link.B.Handle(buffer.AsSpan(0, length), link.Now);
        Assert.Equal(SctpCloseReason.PeerRestarted, link.B.CloseReason);
    }

    [Fact]
    public void Packets_with_a_wrong_tag_port_or_checksum_are_dropped()
    {
        using var link = new VirtualLink(10);
        link.Connect();
        byte[] buffer = new byte[1200];
        link.A.Send(0, 53, TestData.Bytes(1, 100), default, link.Now);
        Assert.True(link.A.TryPollPacket(link.Now, buffer, out int length));
        byte[] wrongTag = buffer.AsSpan(0, length).ToArray(), wrongPort = [.. wrongTag], wrongChecksum = [.. wrongTag];
        wrongTag[4] ^= 1;
        wrongPort[1] ^= 1;
        wrongChecksum[8] = 1;
        Assert.Equal(SctpHandleResult.BadVerificationTag, link.B.Handle(wrongTag, link.Now));
        Assert.Equal(SctpHandleResult.BadPort, link.B.Handle(wrongPort, link.Now));
        Assert.Equal(SctpHandleResult.BadChecksum, link.B.Handle(wrongChecksum, link.Now));
        Assert.Equal(SctpHandleResult.Malformed, link.B.Handle(buffer.AsSpan(0, 9), link.Now));
        Assert.False(link.B.TryPollEvent(out _));
    }

    [Fact]
    public void The_checksum_is_that_of_rfc_3720() =>
        Assert.Equal(0xE3069283u, Crc32C.Compute("123456789"u8));
}
