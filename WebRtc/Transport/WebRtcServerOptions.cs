using System.Net;
using Nsn.WebRtc.Media;

namespace Nsn.WebRtc.Transport;

/// <summary>Settings of a <see cref="WebRtcServer"/>.</summary>
public sealed class WebRtcServerOptions
{
    /// <summary>The UDP port for all sessions; 0 lets the system choose.</summary>
    public int Port { get; set; }

    /// <summary>The address to bind; null for all, IPv4 and IPv6.</summary>
    public IPAddress? BindAddress { get; set; }

    /// <summary>
    /// The addresses that viewers can reach, announced as candidates with the port; empty for the machine's own. On a VM behind one-to-one NAT this is the
    /// public address.
    /// </summary>
    public IList<IPAddress> PublicAddresses { get; } = [];

    /// <summary>The port to announce if it differs from the bound one (port forwarding); 0 if it does not.</summary>
    public int PublicPort { get; set; }

    /// <summary>True to take ICE-TCP connections (RFC 6544) too, for viewers whose network blocks UDP.</summary>
    public bool EnableTcp { get; set; } = true;

    /// <summary>The TCP port; 0 for the number of the UDP port.</summary>
    public int TcpPort { get; set; }

    /// <summary>The TCP port to announce if it differs from the bound one; 0 for <see cref="PublicPort"/>, or the bound one.</summary>
    public int PublicTcpPort { get; set; }

    /// <summary>
    /// Sockets and threads that share the UDP port (Linux; 1 elsewhere). One serves several hundred viewers of 2 Mbit/s; more than cores is of no use.
    /// </summary>
    public int Shards { get; set; } = 1;

    /// <summary>Where the DTLS certificate is kept (PEM, 0600); null for one that lives in memory.</summary>
    public string? CertificatePath { get; set; }

    /// <summary>The video codecs that are sent or taken, best first.</summary>
    public IList<MediaCodec> VideoCodecs { get; } = [MediaCodec.Vp8];

    /// <summary>Most sessions at once; more are refused with 503.</summary>
    public int SessionsMax { get; set; } = 5_000;

    /// <summary>The bit rate at which bandwidth estimates start, bits per second.</summary>
    public int StartBitrate { get; set; } = 2_000_000;

    /// <summary>
    /// How long players are asked to hold frames back on a clean link (the playout-delay extension), so that a first loss can be repaired before its frame
    /// is due; after losses they are asked for more. 0 to 500 ms.
    /// </summary>
    public TimeSpan PlayoutDelay { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Offers AES128_CM_HMAC_SHA1_80 alone; for tests.</summary>
    public bool LegacySrtpOnly { get; set; }
}
