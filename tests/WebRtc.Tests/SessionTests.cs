using System.Buffers.Binary;
using Nsn.WebRtc.DataChannels;
using Nsn.WebRtc.Dtls;
using Nsn.WebRtc.Ice;
using Nsn.WebRtc.Media;
using Nsn.WebRtc.Network;
using Nsn.WebRtc.Rtp;
using Nsn.WebRtc.Sctp;
using Nsn.WebRtc.Sessions;
using Nsn.WebRtc.Srtp;

namespace Nsn.WebRtc.Tests;

public class SessionTests
{
    [Fact]
    public void handshake_takes_a_few_round_trips()
    {
        using VirtualNetwork network = new();
        TimeSpan start = network.Now;
        network.Connect();
        Assert.Equal(SrtpProfile.AeadAes128Gcm, network.Server.SrtpProfile);
        Assert.InRange(network.Now - start, TimeSpan.Zero, TimeSpan.FromMilliseconds(100));
    }

    [Fact]
    public void legacy_profile_is_agreed_on_when_one_side_has_nothing_else()
    {
        using VirtualNetwork network = new(server: options => options with { LegacySrtpOnly = true });
        network.Connect();
        Assert.Equal(SrtpProfile.Aes128CmHmacSha1Tag80, network.Client.SrtpProfile);
        SendVideo(network, frames: 30);
        Assert.Equal(30, network.VideoFrames.Count());
    }

    [Fact]
    public void handshake_survives_loss_duplication_and_reordering()
    {
        for (int seed = 1; seed <= 40; seed++)
        {
            using VirtualNetwork network = new(seed)
            {
                Loss = 0.25,
                Duplication = 0.2,
                Jitter = TimeSpan.FromMilliseconds(40),
            };
            network.Connect(seconds: 28);
        }
    }

    [Fact]
    public void first_server_flight_lost_costs_about_a_hundred_milliseconds()
    {
        using VirtualNetwork network = new();
        bool lost = false;
        network.Filter = (datagram, toServer) =>
        {
            if (!toServer && datagram[0] is >= 20 and <= 63 && !lost)
            {
                lost = true;
                return false;
            }

            return true;
        };
        TimeSpan start = network.Now;
        network.Connect();
        Assert.True(lost);
        Assert.InRange(network.Now - start, TimeSpan.FromMilliseconds(90), TimeSpan.FromMilliseconds(250));
    }

    [Fact]
    public void wrong_fingerprint_ends_the_session_before_any_media()
    {
        // Of 256 certificates one begins with 00 already.
        using VirtualNetwork network = new(changeOffer: offer => System.Text.RegularExpressions.Regex.Replace(
            offer, "sha-256 (..)", found => found.Groups[1].Value == "00" ? "sha-256 01" : "sha-256 00"));
        network.RunUntil("server closed", () => network.Server.State == SessionState.Closed);
        SessionClosed closed = Assert.IsType<SessionClosed>(network.ServerEvents[^1]);
        Assert.Equal(CloseReason.DtlsFailed, closed.Reason);
        Assert.DoesNotContain(network.ServerEvents, e => e is SessionConnected);
        Assert.Contains("fingerprint", closed.Details, StringComparison.Ordinal);

        // The other side is told why, long before its consent would end.
        network.RunUntil("client closed", () => network.Client.State == SessionState.Closed, seconds: 1);
        closed = Assert.IsType<SessionClosed>(network.ClientEvents[^1]);
        Assert.Equal(CloseReason.DtlsFailed, closed.Reason);
        Assert.Contains("bad certificate", closed.Details, StringComparison.Ordinal);
        Assert.DoesNotContain(network.ClientEvents, e => e is SessionConnected);
    }

    [Fact]
    public void client_tells_the_server_that_its_certificate_is_another_one()
    {
        using DtlsCertificate clients = DtlsCertificate.CreateEphemeral();
        using DtlsCertificate servers = DtlsCertificate.CreateEphemeral();
        using OpenSslDtlsTransport client = new(clients, DtlsRole.Client, clients.Fingerprint);
        using OpenSslDtlsTransport server = new(servers, DtlsRole.Server, clients.Fingerprint);
        TimeSpan now = TimeSpan.FromSeconds(1);
        client.Start(now);
        server.Start(now);
        byte[] datagram = new byte[WebRtcSession.DatagramMax];
        for (int round = 0; round < 20 && server.State == DtlsState.Handshaking; round++)
        {
            Carry(client, server);
            Carry(server, client);
        }

        Assert.Equal(DtlsState.Failed, client.State);
        Assert.Contains("fingerprint", client.FailureReason, StringComparison.Ordinal);
        Assert.Equal(DtlsState.Failed, server.State);
        Assert.Contains("bad certificate", server.FailureReason, StringComparison.Ordinal);

        void Carry(OpenSslDtlsTransport from, OpenSslDtlsTransport to)
        {
            while (from.PollDatagram(datagram) is > 0 and int length)
            {
                to.Handle(datagram.AsSpan(0, length), now);
            }
        }
    }

    [Fact]
    public void client_hello_from_an_address_without_a_check_is_dropped()
    {
        using VirtualNetwork network = new();
        byte[]? hello = null;
        network.Filter = (datagram, toServer) =>
        {
            if (toServer && datagram[0] == 22)
            {
                hello ??= [.. datagram];
                return false;
            }

            return true;
        };
        network.RunUntil("a ClientHello", () => hello is not null);
        network.Inject([.. hello!], toServer: true, TransportAddress.FromIPv4(0x0A00_0099, 1));
        Assert.Equal("DTLS from an address that ICE has not validated", network.Server.LastDropReason);
        network.Filter = null;
        network.Connect();
    }

    [Fact]
    public void video_arrives_complete_and_in_order()
    {
        using VirtualNetwork network = new();
        network.Connect();
        SendVideo(network, frames: 90);
        Assert.Equal(90, network.VideoFrames.Count());
        Assert.Equal(Enumerable.Range(0, 90), network.VideoFrames.Select(frame => BinaryPrimitives.ReadInt32BigEndian(frame.Data.Span[4..])));
        Assert.Equal(0, network.Client.GetStatistics().ReceivedPacketsLost);
    }

    [Theory]
    [InlineData(MediaCodec.Vp8)]
    [InlineData(MediaCodec.Vp9)]
    [InlineData(MediaCodec.H264)]
    public void frames_come_out_as_they_went_in(MediaCodec codec)
    {
        using VirtualNetwork network = new(
            client: options => options with { VideoCodecs = [codec] }, server: options => options with { VideoCodecs = [codec] });
        network.Connect();
        List<byte[]> sent = SendVideo(network, frames: 20, codec: codec);
        Assert.Equal(sent, network.VideoFrames.Select(frame => frame.Data.ToArray()));
        Assert.Equal(codec, network.VideoFrames.First().Codec);
    }

    [Fact]
    public void two_percent_loss_and_fifty_milliseconds_jitter_lose_no_frame()
    {
        using VirtualNetwork network = new(seed: 7);
        network.Connect();
        network.Loss = 0.02;
        network.Jitter = TimeSpan.FromMilliseconds(50);
        SendVideo(network, frames: 300);
        network.Run(1);
        Assert.Equal(300, network.VideoFrames.Count());
        Assert.True(network.Server.GetStatistics().PacketsRepeated > 0);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void under_two_percent_loss_and_fifty_milliseconds_jitter_every_frame_is_whole_within_300_milliseconds(int seed)
    {
        using VirtualNetwork network = new(seed);
        network.Connect();
        network.Loss = 0.02;
        network.Jitter = TimeSpan.FromMilliseconds(50);
        TimeSpan start = network.Now;
        TimeSpan worst = TimeSpan.Zero;
        network.OnClientEvent = e =>
        {
            if (e is FrameReceived { Frame: { } frame } && frame.Codec.IsVideo())
            {
                TimeSpan sentAt = start + TimeSpan.FromSeconds(BinaryPrimitives.ReadInt32BigEndian(frame.Data.Span[4..]) / 30.0);
                worst = network.Now - sentAt > worst ? network.Now - sentAt : worst;
            }
        };
        SendVideo(network, frames: 300);
        network.Run(1);
        Assert.Equal(300, network.VideoFrames.Count());
        Assert.True(worst < TimeSpan.FromMilliseconds(300), $"the slowest frame took {worst.TotalMilliseconds:F0} ms");
    }

    [Fact]
    public void burst_of_loss_on_a_link_that_loses_some_anyway_does_not_starve_the_stream()
    {
        using VirtualNetwork network = new(seed: 3) { Delay = TimeSpan.FromMilliseconds(20) };
        network.Connect();
        int next = 0;
        Send(2);
        network.Loss = 0.4;
        Send(4);
        network.Loss = 0.04;
        Send(5);
        int before = network.VideoFrames.Count();
        Send(10);
        int frames = network.VideoFrames.Count() - before;
        Assert.True(frames > 285, $"{frames} of 300 frames came; estimate {network.Server.EstimatedBitrate}");

        // 2 Mbit/s, with what the gateway does when the player asks for a key frame: the encoder makes one within half a second.
        void Send(int seconds)
        {
            for (int i = 0; i < seconds * 30; i++, next++)
            {
                byte[] frame = TestFrame(next, next % 15 == 0 ? 16_000 : 7_800);
                frame[0] = (byte)(next % 15 == 0 ? 0 : 1);
                network.Server.SendFrame(MediaFrame.Create(MediaCodec.Vp8, frame, (uint)(next * 3_000), next % 15 == 0, captureTime: network.Now));
                network.Run(1 / 30.0);
            }
        }
    }

    [Fact]
    public void players_are_asked_for_more_delay_after_losses_and_step_by_step()
    {
        using VirtualNetwork network = WithPlayoutDelay(TimeSpan.FromMilliseconds(100));
        network.Delay = TimeSpan.FromMilliseconds(40);
        network.Connect();
        SendVideo(network, frames: 60);
        Assert.Equal([10], Delays(network).Distinct());
        network.ToClient.Clear();
        network.Loss = 0.05;
        SendVideo(network, frames: 120, first: 60);
        int[] delays = Delays(network);
        Assert.True(delays.Max() >= 22, $"two round trips of 80 ms and a margin are 220 ms; at most {delays.Max() * 10} ms were asked for");
        int most = 10; // a repeat asks for what was asked for the first time
        Assert.All(delays, delay => most = delay <= most + 1 ? Math.Max(delay, most) : throw new InvalidOperationException($"from {most} to {delay}: the picture stands still"));
        network.Loss = 0;
        network.Run(31);
        network.ToClient.Clear();
        SendVideo(network, frames: 30, first: 180);
        Assert.Equal([10], Delays(network).Distinct());
    }

    [Fact]
    public void players_that_may_show_frames_at_once_are_asked_for_a_delay_only_after_losses()
    {
        using VirtualNetwork network = WithPlayoutDelay(TimeSpan.Zero);
        network.Connect();
        SendVideo(network, frames: 30);
        Assert.Empty(Delays(network));
        network.Loss = 0.2;
        SendVideo(network, frames: 30, first: 30);
        Assert.NotEmpty(Delays(network));
    }

    private static VirtualNetwork WithPlayoutDelay(TimeSpan least) => new(
        server: options => options with { PlayoutDelay = least },
        changeOffer: offer => offer.Replace(
            "a=rtcp-mux\r\n", "a=rtcp-mux\r\na=extmap:9 http://www.webrtc.org/experiments/rtp-hdrext/playout-delay\r\n", StringComparison.Ordinal))
    {
        RecordToClient = true,
    };

    /// <summary>The least delays, in units of 10 ms, of the packets on the wire that name one.</summary>
    private static int[] Delays(VirtualNetwork network)
    {
        Assert.Contains("a=extmap:9 ", network.Answer, StringComparison.Ordinal);
        List<int> delays = [];
        foreach (byte[] datagram in network.ToClient)
        {
            if (datagram[0] >> 6 == 2 && !RtpHeader.IsRtcp(datagram) && RtpHeader.TryParse(datagram, out RtpHeader header, out _) &&
                header.TryGetExtension(datagram, 9, out ReadOnlySpan<byte> value) && value.Length == 3)
            {
                delays.Add((value[0] << 4) | (value[1] >> 4));
            }
        }

        return [.. delays];
    }

    [Fact]
    public void burst_of_loss_is_answered_by_a_key_frame_request()
    {
        using VirtualNetwork network = new();
        network.Connect();
        SendVideo(network, frames: 10);
        Assert.DoesNotContain(network.ServerEvents, e => e is KeyFrameRequested);
        network.Loss = 1;

        // More than can be asked for again.
        SendVideo(network, frames: 125, first: 10);
        network.Loss = 0;
        SendVideo(network, frames: 10, first: 135);
        network.RunUntil("a key frame request", () => network.ServerEvents.OfType<KeyFrameRequested>().Any());
    }

    [Fact]
    public void backlog_brings_a_late_viewer_to_the_present_picture_in_order()
    {
        using VirtualNetwork network = new();
        network.Connect();
        List<MediaFrame> group = [.. Enumerable.Range(0, 30).Select(i => MediaFrame.Create(MediaCodec.Vp8, TestFrame(i, 2_000), (uint)(i * 3_000), i == 0))];
        network.Server.SendBacklog(group);
        network.RunUntil("thirty frames", () => network.VideoFrames.Count() == 30);
        uint[] timestamps = [.. network.VideoFrames.Select(frame => frame.Timestamp)];
        for (int i = 1; i < timestamps.Length; i++)
        {
            Assert.Equal(90u, timestamps[i] - timestamps[i - 1]);
        }

        // The same frame again, live, is left out; the next one follows.
        network.Server.SendFrame(group[^1]);
        network.Server.SendFrame(MediaFrame.Create(MediaCodec.Vp8, TestFrame(30, 2_000), 30 * 3_000, isKeyFrame: false));
        network.RunUntil("the next frame", () => network.VideoFrames.Count() >= 31);
        Assert.Equal(31, network.VideoFrames.Count());
    }

    [Fact]
    public void sequence_numbers_wrap_and_the_rollover_counter_follows()
    {
        using VirtualNetwork network = new();
        network.Connect();
        byte[] packet = [1, 2, 3];
        for (int i = 0; i < 70_000; i++)
        {
            network.Server.SendFrame(MediaFrame.Create(MediaCodec.Opus, packet, (uint)(i * 960), isKeyFrame: true));
            if (i % 64 == 0)
            {
                network.Run(0.02);
                network.ClientEvents.Clear();
            }
        }

        network.Run(0.1);
        Assert.Equal(70_000, network.Client.GetStatistics().PacketsReceived);
    }

    [Fact]
    public void what_is_lost_on_both_sides_of_the_wrap_is_repeated()
    {
        using VirtualNetwork network = new(seed: 5);
        network.Connect();
        network.Loss = 0.01;
        int next = 0;

        // The first number lies below 2^15.
        while (next < 70_000)
        {
            for (int i = 0; i < 64; i++, next++)
            {
                byte[] frame = [0, 0, 0, 0x9D, 0x01, 0x2A, 0, 0, 0, 0];
                network.Server.SendFrame(MediaFrame.Create(MediaCodec.Vp8, frame, (uint)(next * 90), isKeyFrame: true, captureTime: network.Now));
            }

            network.Run(0.02);
        }

        network.Run(1);
        Assert.Equal(next, network.VideoFrames.Count());
        Assert.True(network.Server.GetStatistics().PacketsRepeated > 500, "hardly anything was lost");
    }

    [Fact]
    public void replayed_srtp_packet_is_dropped()
    {
        using VirtualNetwork network = new() { RecordToClient = true };
        network.Connect();
        SendVideo(network, frames: 5);
        byte[][] packets = [.. network.ToClient.Where(datagram => datagram[0] is >= 128 and <= 191)];
        Assert.Contains(packets, packet => RtpHeader.IsRtcp(packet));
        foreach (byte[] packet in packets)
        {
            long dropped = network.Client.DatagramsDropped;
            network.Inject([.. packet], toServer: false, VirtualNetwork.ServerAddress);
            Assert.Equal((dropped + 1, "replayed"), (network.Client.DatagramsDropped, network.Client.LastDropReason));
        }

        Assert.Equal(5, network.VideoFrames.Count());
    }

    [Fact]
    public void consent_expires_thirty_seconds_after_the_last_check()
    {
        using VirtualNetwork network = new();
        network.Connect();
        network.Run(20);
        Assert.Equal(SessionState.Connected, network.Server.State);
        network.Loss = 1;
        network.RunUntil("consent expired", () => network.Server.State == SessionState.Closed, seconds: 40);
        Assert.Equal(CloseReason.ConsentExpired, network.ServerEvents.OfType<SessionClosed>().Single().Reason);
    }

    [Fact]
    public void offer_of_the_server_that_nobody_answers_ends_after_half_a_minute()
    {
        using DtlsCertificate certificate = DtlsCertificate.CreateEphemeral();
        TimeSpan now = TimeSpan.FromSeconds(1);
        using WebRtcSession server = WebRtcSession.CreateServerOffer(new SessionOptions { Certificate = certificate }, now, out string offer);
        Assert.Contains("a=ice-lite", offer, StringComparison.Ordinal);
        Assert.Contains("a=sendonly", offer, StringComparison.Ordinal);
        Assert.False(server.TryApplyAnswer(OfferTests.ReadText("safari-whep")[..200], now, out string? reason));
        Assert.NotNull(reason);
        byte[] buffer = new byte[WebRtcSession.DatagramMax];
        server.HandleTimeout(now + TimeSpan.FromSeconds(29));
        Assert.Equal(PollKind.Idle, server.Poll(buffer, now + TimeSpan.FromSeconds(29)).Kind);
        server.HandleTimeout(now + TimeSpan.FromSeconds(31));
        Assert.Equal(CloseReason.ConsentExpired, Assert.IsType<SessionClosed>(server.Poll(buffer, now + TimeSpan.FromSeconds(31)).Event).Reason);
    }

    [Fact]
    public void hanging_up_reaches_the_peer_at_once()
    {
        using VirtualNetwork network = new();
        network.Connect();
        network.Server.Close(network.Now);
        network.RunUntil("client closed", () => network.Client.State == SessionState.Closed, seconds: 0.1);
        Assert.Equal(CloseReason.Peer, network.ClientEvents.OfType<SessionClosed>().Single().Reason);
    }

    [Fact]
    public void session_follows_the_peer_to_another_address()
    {
        using VirtualNetwork network = new();
        network.Connect();
        network.ClientFrom = TransportAddress.FromIPv4(0x0A00_0007, 50_000);
        network.RunUntil("path moved", () => network.Server.RemoteAddress == network.ClientFrom, seconds: 6);
        SendVideo(network, frames: 30);
        Assert.Equal(30, network.VideoFrames.Count());
    }

    [Fact]
    public void picture_starts_anew_where_the_path_moves_after_what_was_sent_is_lost()
    {
        using VirtualNetwork network = new();
        network.Connect();
        SendVideo(network, frames: 30);
        Assert.DoesNotContain(network.ServerEvents, sessionEvent => sessionEvent is KeyFrameRequested);
        network.ClientFrom = TransportAddress.FromIPv4(0x0A00_0007, 50_000);
        network.Filter = (_, toServer) => toServer;
        network.RunUntil("path moved", () => network.Server.RemoteAddress == network.ClientFrom, seconds: 6);
        Assert.Single(network.ServerEvents.OfType<KeyFrameRequested>());
    }

    [Fact]
    public void picture_that_starts_anew_does_not_wait_for_repeats_of_what_was_lost_with_the_path()
    {
        const int GroupFrames = 30;
        using VirtualNetwork network = new();
        network.Connect();
        List<MediaFrame> group = [];
        List<byte[]> lost = [];
        int sent = 0;
        int next = 0;
        Send(frames: 60);
        network.ClientFrom = TransportAddress.FromIPv4(0x0A00_0007, 50_000);
        network.Filter = (datagram, toServer) =>
        {
            if (!toServer)
            {
                lost.Add(datagram);
            }

            return toServer;
        };
        network.OnServerEvent = sessionEvent =>
        {
            if (sessionEvent is KeyFrameRequested)
            {
                // As a player asks for what it misses as soon as anything comes on the new path, on which a packet of the picture is lost.
                network.Filter = (datagram, toServer) => toServer || !IsVideo(datagram) || ++sent != 3;
                AskForAll();
                network.Server.SendRecovery(group, network.Now);
            }
        };
        while (network.Server.RemoteAddress != network.ClientFrom)
        {
            Send(frames: 1);
        }

        Assert.InRange(lost.Count, 200, 1_000);
        TimeSpan moved = network.Now;
        int before = network.VideoFrames.Count();
        network.RunUntil("the whole present group came", () => network.VideoFrames.Count() >= before + group.Count, seconds: 5);
        TimeSpan took = network.Now - moved;
        long repeats = network.Server.GetStatistics().PacketsRepeated;
        Assert.True(took < TimeSpan.FromMilliseconds(500) && repeats < 10, $"the present picture came {took.TotalMilliseconds:F0} ms after the path had moved, behind {repeats} repeats");

        void AskForAll()
        {
            ushort[] sequences = [.. lost.Where(IsVideo).Select(datagram => BinaryPrimitives.ReadUInt16BigEndian(datagram.AsSpan(2)))];
            byte[] buffer = new byte[1_200];
            foreach (ushort[] some in sequences.Chunk(100))
            {
                RtcpWriter writer = new(buffer);
                writer.Nack(1, network.Server.VideoSsrc, [.. some.Select(sequence => (sequence, (ushort)0))]);
                network.Server.HandleRtcp(buffer.AsSpan(0, writer.Length), network.Now);
            }
        }

        bool IsVideo(byte[] datagram) =>
            datagram[0] >> 6 == 2 && !RtpHeader.IsRtcp(datagram) && BinaryPrimitives.ReadUInt32BigEndian(datagram.AsSpan(8)) == network.Server.VideoSsrc;

        void Send(int frames)
        {
            for (int i = 0; i < frames; i++, next++)
            {
                bool isKeyFrame = next % GroupFrames == 0;
                if (isKeyFrame)
                {
                    group.Clear();
                }

                group.Add(MediaFrame.Create(MediaCodec.Vp8, TestFrame(next % GroupFrames, 4_000), (uint)(next * 3_000), isKeyFrame, captureTime: network.Now));
                network.Server.SendFrame(group[^1]);
                network.Run(1 / 30.0);
            }
        }
    }

    [Fact]
    public void ice_restart_keeps_media_flowing()
    {
        using VirtualNetwork network = new();
        network.Connect();
        IceCredentials remote = IceCredentials.Create(new SeededRandomSource(99));
        IceCredentials local = network.Server.RestartIce(remote, network.Now);
        network.Client.RestartIceAs(remote, local, network.Now);
        SendVideo(network, frames: 60);
        network.Run(20);
        Assert.Equal(60, network.VideoFrames.Count());
        Assert.Equal(SessionState.Connected, network.Server.State);
    }

    [Fact]
    public void data_channels_carry_messages_both_ways_under_loss()
    {
        using VirtualNetwork network = new(seed: 3);
        network.Connect();
        network.Loss = 0.02;
        network.Jitter = TimeSpan.FromMilliseconds(10);
        List<byte[]> got = [];
        List<byte[]> echoed = [];
        network.OnServerEvent = e =>
        {
            if (e is DataChannelMessage message)
            {
                got.Add(message.Data.ToArray());
                Assert.Equal(SctpSendResult.Queued, message.Channel.Send(message.Data, network.Now));
            }
        };
        network.OnClientEvent = e =>
        {
            if (e is DataChannelMessage message)
            {
                echoed.Add(message.Data.ToArray());
            }
        };
        DataChannel channel = network.Client.OpenDataChannel("echo", new DataChannelSettings(), network.Now);
        List<byte[]> sent = [.. Enumerable.Range(0, 40).Select(i => TestFrame(i, 30_000))];
        foreach (byte[] message in sent)
        {
            Assert.Equal(SctpSendResult.Queued, channel.Send(message, network.Now));
        }

        network.RunUntil("everything came back", () => echoed.Count == sent.Count, seconds: 60);
        Assert.Equal(sent, got);
        Assert.Equal(sent, echoed);
    }

    [Fact]
    public void damaged_datagrams_never_throw_in_any_state()
    {
        for (int seed = 1; seed <= 10; seed++)
        {
            using VirtualNetwork network = new(seed) { Mutation = 0.5, Jitter = TimeSpan.FromMilliseconds(5) };
            network.Run(2);
            network.Mutation = 0.3;
            SendVideo(network, frames: 30);
            network.Mutation = 0;
            network.Run(1);
        }
    }

    [Fact]
    public void peer_that_asks_for_everything_again_and_again_gets_what_its_link_carries()
    {
        using VirtualNetwork network = new() { RecordToClient = true };
        network.Connect();
        SendVideo(network, frames: 30);
        List<ushort> sequences = [];
        uint ssrc = 0;
        foreach (byte[] datagram in network.ToClient.Where(datagram => datagram[0] >> 6 == 2 && datagram.Length > 1_000))
        {
            Assert.True(RtpHeader.TryParse(datagram, out RtpHeader header, out _));
            sequences.Add(header.SequenceNumber);
            ssrc = header.Ssrc;
        }

        network.ToClient.Clear();
        byte[] buffer = new byte[1_200];
        RtcpWriter writer = new(buffer);
        writer.Nack(1, ssrc, [.. sequences.Select(sequence => (sequence, (ushort)0))]);
        long repeated = network.Server.GetStatistics().PacketsRepeated;
        long most = network.Server.EstimatedBitrate;
        for (int i = 0; i < 400; i++)
        {
            network.Server.HandleRtcp(buffer.AsSpan(0, writer.Length), network.Now);
            network.Run(0.01);
            most = Math.Max(most, network.Server.EstimatedBitrate);
        }

        double megabits = network.ToClient.Sum(datagram => datagram.Length) * 8 / 1e6;
        Assert.True(network.Server.GetStatistics().PacketsRepeated - repeated > sequences.Count, "hardly anything was repeated");

        // Four seconds at the rate, and the half of one that may go at once.
        Assert.True(megabits < most / 1e6 * 4.7, $"{megabits:F1} Mbit were repeated in 4 s for a link of {most / 1e6:F1} Mbit/s");

        // What it does not ask for any more is not in the way of what it will ask for next.
        network.Run(0.2);
        repeated = network.Server.GetStatistics().PacketsRepeated;
        network.Run(5);
        Assert.Equal(repeated, network.Server.GetStatistics().PacketsRepeated);
    }

    internal static List<byte[]> SendVideo(VirtualNetwork network, int frames, int first = 0, MediaCodec codec = MediaCodec.Vp8)
    {
        List<byte[]> sent = [];
        for (int i = first; i < first + frames; i++)
        {
            bool isKey = i % 30 == 0;
            byte[] frame = codec == MediaCodec.H264 ? TestAccessUnit(i, isKey) : TestFrame(i, isKey ? 12_000 : 3_000);
            sent.Add(frame);
            network.Server.SendFrame(MediaFrame.Create(codec, frame, (uint)(i * 3_000), isKey, captureTime: network.Now));
            network.Run(1 / 30.0);
        }

        network.Run(0.3);
        return sent;
    }

    internal static byte[] TestFrame(int number, int length)
    {
        byte[] frame = new byte[length];
        new Random(number).NextBytes(frame);
        frame[0] = (byte)(number % 30 == 0 ? 0 : 1);
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(4), number);
        return frame;
    }

    private static byte[] TestAccessUnit(int number, bool isKey)
    {
        // No zero bytes, so that no start code appears by chance.
        byte[] unit = [.. TestFrame(number, isKey ? 9_000 : 900).Select(value => (byte)(value | 1))];
        unit[0] = (byte)(isKey ? 0x65 : 0x41);
        byte[] parameters = [0, 0, 0, 1, 0x67, 0x42, 0xE0, 0x1F, 0, 0, 0, 1, 0x68, 0xCE, 0x3C, 0x80];
        return isKey ? [.. parameters, 0, 0, 0, 1, .. unit] : [0, 0, 0, 1, .. unit];
    }
}
