using System.Diagnostics.Metrics;
using Nsn.WebRtc.Sessions;
using Nsn.WebRtc.Transport;

namespace Nsn.WebRtc.Hosting;

/// <summary>The server's instruments. All are read on demand; nothing is counted twice on the way of a packet.</summary>
public sealed class WebRtcMetrics : IDisposable
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "Nsn.WebRtc";

    private readonly Meter _meter;

    /// <summary>Makes the instruments.</summary>
    public WebRtcMetrics(WebRtcServer server, IMeterFactory factory)
    {
        _meter = factory.Create(MeterName);
        _meter.CreateObservableGauge("nsn.webrtc.sessions", () => server.Count, "{session}", "Sessions that are not closed.");
        _meter.CreateObservableGauge("nsn.webrtc.tcp.connections", () => server.TcpConnections, "{connection}", "Open ICE-TCP connections.");
        _meter.CreateObservableCounter("nsn.webrtc.sessions.accepted", () => server.GetTotals().Accepted, "{session}", "Offers that were answered.");
        _meter.CreateObservableCounter("nsn.webrtc.sessions.closed", () => Closed(server), "{session}", "Sessions that ended, by reason.");
        _meter.CreateObservableCounter("nsn.webrtc.media.packets", () => server.GetTotals().PacketsSent, "{packet}", "RTP packets sent, without repeats.");
        _meter.CreateObservableCounter("nsn.webrtc.media.bytes", () => server.GetTotals().BytesSent, "By", "RTP payload bytes sent, without repeats.");
        _meter.CreateObservableCounter("nsn.webrtc.media.repeats", () => server.GetTotals().PacketsRepeated, "{packet}", "RTP packets sent again.");
        _meter.CreateObservableCounter("nsn.webrtc.media.frames.dropped", () => server.GetTotals().FramesDropped, "{frame}", "Video frames left out for viewers whose link is too slow.");
        _meter.CreateObservableCounter("nsn.webrtc.datagrams.dropped", () => server.GetTotals().DatagramsDropped, "{datagram}", "Datagrams of peers that were not valid.");
    }

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();

    private static IEnumerable<Measurement<long>> Closed(WebRtcServer server)
    {
        ServerTotals totals = server.GetTotals();
        foreach (CloseReason reason in Enum.GetValues<CloseReason>())
        {
            yield return new Measurement<long>(totals.Closed[(int)reason], new KeyValuePair<string, object?>("reason", Name(reason)));
        }
    }

    private static string Name(CloseReason reason) => reason switch
    {
        CloseReason.Local => "local",
        CloseReason.Peer => "peer",
        CloseReason.ConsentExpired => "consent_expired",
        CloseReason.DtlsFailed => "dtls_failed",
        CloseReason.SctpFailed => "sctp_failed",
        CloseReason.Failed => "failed",
        _ => "other",
    };
}
