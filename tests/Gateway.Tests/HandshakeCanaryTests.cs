using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Nsn.Gateway.Canary;
using Nsn.Gateway.Channels;
using Nsn.Gateway.Sessions;
using Nsn.WebRtc.Transport;

namespace Nsn.Gateway.Tests;

public sealed class HandshakeCanaryTests
{
    private static readonly CanaryOptions s_options = new(Limit: TimeSpan.FromSeconds(60), Retry: TimeSpan.FromSeconds(1), Period: TimeSpan.FromMinutes(1));

    // Nothing subscribes, so neither sessions nor grains are asked.
    private static HandshakeCanary Canary(WebRtcServer server, CanaryOptions options, int sessionsPort)
    {
        var offers = new PlayerOffers(server, new ChannelTails(new ChannelTail("main", TimeProvider.System)), null!, TimeProvider.System, NullLogger<PlayerLink>.Instance);
        var settings = Options.Create(new GatewaySettings { UdpPort = sessionsPort });
        return new HandshakeCanary(offers, settings, options, TimeProvider.System, NullLogger<HandshakeCanary>.Instance);
    }

    [Fact]
    public async Task A_gateway_shakes_hands_with_itself_whatever_address_it_announces()
    {
        var options = new WebRtcServerOptions { BindAddress = IPAddress.Loopback };
        options.PublicAddresses.Add(IPAddress.Parse("203.0.113.7"));
        using var server = new WebRtcServer(options);
        await Canary(server, s_options, server.Port).ShakeHandsAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_socket_that_does_not_answer_is_named()
    {
        using var deaf = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        var port = ((IPEndPoint)deaf.Client.LocalEndPoint!).Port;
        // Announces a port where nobody answers.
        using var server = new WebRtcServer(new WebRtcServerOptions { BindAddress = IPAddress.Loopback, PublicPort = port });
        var canary = Canary(server, s_options with { Limit = TimeSpan.FromSeconds(1) }, port);
        var failure = await Assert.ThrowsAsync<TimeoutException>(() => canary.ShakeHandsAsync(TestContext.Current.CancellationToken));
        Assert.Equal($"ICE and DTLS got no answer on UDP 127.0.0.1:{port} within 1 s", failure.Message);
        Assert.False(canary.HasSucceeded);
    }

    [Fact]
    public void Only_candidates_get_another_address()
    {
        const string answer = "v=0\r\nc=IN IP4 203.0.113.7\r\na=candidate:1 1 udp 2130706431 203.0.113.7 8189 typ host\r\na=candidate:2 1 udp 1 2001:db8::1 8189 typ host\r\n";
        Assert.Equal(
            "v=0\r\nc=IN IP4 203.0.113.7\r\na=candidate:1 1 udp 2130706431 127.0.0.1 8189 typ host\r\na=candidate:2 1 udp 1 127.0.0.1 8189 typ host\r\n",
            LocalOffers.WithAddress(answer, IPAddress.Loopback));
    }
}
