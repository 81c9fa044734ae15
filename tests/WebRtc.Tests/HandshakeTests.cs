using Nsn.WebRtc.Dtls;
using Nsn.WebRtc.Network;
using Nsn.WebRtc.Sessions;
using Nsn.WebRtc.Srtp;

namespace Nsn.WebRtc.Tests;

/// <summary>From the first check to keys: on bad networks, with the wrong certificate, from the wrong address, with nobody at the other end.</summary>
public class HandshakeTests
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
        TestVideo.Send(network, frames: 30);
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
    public void damaged_datagrams_never_throw_in_any_state()
    {
        for (int seed = 1; seed <= 10; seed++)
        {
            using VirtualNetwork network = new(seed) { Mutation = 0.5, Jitter = TimeSpan.FromMilliseconds(5) };
            network.Run(2);
            network.Mutation = 0.3;
            TestVideo.Send(network, frames: 30);
            network.Mutation = 0;
            network.Run(1);
        }
    }
}
