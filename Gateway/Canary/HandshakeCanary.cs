using System.Buffers.Binary;
using System.Net;
using Microsoft.Extensions.Options;
using Nsn.Gateway.Frames;
using Nsn.Gateway.Sessions;
using Nsn.WebRtc.Client;
using Nsn.WebRtc.DataChannels;
using Nsn.WebRtc.Sessions;

namespace Nsn.Gateway.Canary;

/// <summary>
/// Joins this gateway as a player would, through its own UDP socket: ICE, DTLS, SCTP, a data channel, and a ping that comes back. A gateway is not ready
/// before that has worked once; afterwards it is repeated, and a failure is reported. It does not show that the outside can reach the announced
/// addresses. It watches nothing, so it does not count as a viewer.
/// </summary>
internal sealed partial class HandshakeCanary(
    PlayerOffers offers, IOptions<GatewaySettings> settings, CanaryOptions options, TimeProvider time, ILogger<HandshakeCanary> logger) : BackgroundService
{
    private static readonly Uri s_endpoint = new("http://canary/offer");

    /// <summary>Whether a handshake has ever worked.</summary>
    public bool HasSucceeded { get; private set; }

    /// <summary>Why the last one failed; null when it worked.</summary>
    public string? Failure { get; private set; } = "no handshake yet";

    /// <summary>How long the last one that worked took.</summary>
    public TimeSpan Duration { get; private set; }

    /// <summary>One handshake.</summary>
    /// <exception cref="TimeoutException">Nothing came back in time; the message says how far it came.</exception>
    public async Task ShakeHandsAsync(CancellationToken cancellationToken)
    {
        var address = IPAddress.Parse(settings.Value.UdpAddress);
        var local = address.Equals(IPAddress.Any) ? IPAddress.Loopback : address.Equals(IPAddress.IPv6Any) ? IPAddress.IPv6Loopback : address;
        using var http = new HttpClient(new LocalOffers(offers, local));
        await using var client = new WebRtcClient(http, new WebRtcClientOptions { Receive = false, DataChannels = true, BindAddress = local });
        var ponged = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var reader = new FrameReader();
        client.Connection.Event += (connection, happened) =>
        {
            switch (happened)
            {
                case DataChannelOpened opened:
                    Span<byte> sentAt = stackalloc byte[8];
                    BinaryPrimitives.WriteInt64LittleEndian(sentAt, time.GetTimestamp());
                    connection.SendData(opened.Channel, Frame.Of(FrameType.Ping, sentAt));
                    break;
                case DataChannelMessage message:
                    reader.TryRead(message.Data.Span, (type, _) =>
                    {
                        if (type == FrameType.Pong)
                            ponged.TrySetResult();
                    });
                    break;
            }
        };
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(options.Limit);
        var step = "ICE and DTLS";
        try
        {
            await client.ConnectAsync(s_endpoint, limit.Token);
            step = "the data channel's ping";
            client.Connection.OpenDataChannel(PlayerLink.Label, new DataChannelSettings { Protocol = "nsn.frames.1" });
            await ponged.Task.WaitAsync(limit.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"{step} got no answer on UDP {local}:{settings.Value.UdpPort} within {options.Limit.TotalSeconds:F0} s");
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            // A full gateway has shown that it works, and refuses us as it should.
            if (!offers.IsFull)
                await TryAsync(stoppingToken);
            await Task.Delay(Failure is null ? options.Period : options.Retry, time, stoppingToken);
        }
    }

    private async Task TryAsync(CancellationToken stoppingToken)
    {
        var started = time.GetTimestamp();
        try
        {
            await ShakeHandsAsync(stoppingToken);
            Duration = time.GetElapsedTime(started);
            if (Failure is not null)
                LogShaken(Duration.TotalMilliseconds);
            (HasSucceeded, Failure) = (true, null);
        }
        catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
        {
            Failure = failure.Message;
            LogFailed(failure.Message);
        }
    }

    [LoggerMessage(1, LogLevel.Information, "The gateway has shaken hands with itself over WebRTC in {Milliseconds:F0} ms")]
    private partial void LogShaken(double milliseconds);

    [LoggerMessage(2, LogLevel.Warning, "The gateway cannot shake hands with itself over WebRTC: {Reason}")]
    private partial void LogFailed(string reason);
}
