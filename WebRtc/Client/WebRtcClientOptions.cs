using System.Net;
using Nsn.WebRtc.Dtls;
using Nsn.WebRtc.Media;

namespace Nsn.WebRtc.Client;

/// <summary>Settings of a <see cref="WebRtcClient"/>.</summary>
public sealed class WebRtcClientOptions
{
    /// <summary>True to receive media (WHEP).</summary>
    public bool Receive { get; set; } = true;

    /// <summary>True to send media (WHIP).</summary>
    public bool Send { get; set; }

    /// <summary>True to negotiate data channels.</summary>
    public bool DataChannels { get; set; } = true;

    /// <summary>The video codec to offer.</summary>
    public MediaCodec VideoCodec { get; set; } = MediaCodec.Vp8;

    /// <summary>The certificate to show, which the caller disposes of after the client; null for one that this client makes. Many clients of one program may share one.</summary>
    public DtlsCertificate? Certificate { get; set; }

    /// <summary>The token for the `Authorization: Bearer` header.</summary>
    public string? BearerToken { get; set; }

    /// <summary>The local address to send from; null for the system's choice.</summary>
    public IPAddress? BindAddress { get; set; }

    /// <summary>How long hanging up may wait until the server has what was sent; zero for not at all.</summary>
    public TimeSpan CloseTimeout { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>Asks for AES128_CM_HMAC_SHA1_80 alone.</summary>
    public bool LegacySrtpOnly { get; set; }
}
