using System.ComponentModel.DataAnnotations;

namespace Nsn.Gateway;

/// <summary>Settings of a gateway, section "Gateway" of the configuration (environment: Gateway__UdpPort and so on).</summary>
public sealed class GatewaySettings
{
    /// <summary>Name, for the sessions that it carries.</summary>
    [Required, RegularExpression("^[a-z0-9-]{1,40}$")]
    public string Name { get; set; } = "gateway-1";

    /// <summary>The one UDP port for all viewers.</summary>
    [Range(1, 65535)]
    public int UdpPort { get; set; } = 8189;

    /// <summary>Address that the UDP socket listens on.</summary>
    [Required]
    public string UdpAddress { get; set; } = "127.0.0.1";

    /// <summary>Addresses announced to viewers; the listening address when empty.</summary>
    public IList<string> PublicAddresses { get; } = [];

    /// <summary>Folder of the built pages.</summary>
    [Required]
    public string Pages { get; set; } = "web/viewer/dist";

    /// <summary>Folder of what must outlive a restart: the DTLS certificate.</summary>
    [Required]
    public string DataFolder { get; set; } = ".data/gateway";

    /// <summary>Folder of the model pack, for its name and thresholds in what slots tell; empty where it is not here.</summary>
    public string ModelPack { get; set; } = "";

    /// <summary>Requests that one address may make per second, on average over ten seconds.</summary>
    [Range(1, 10_000)]
    public int RequestsPerSecond { get; set; } = 50;

    /// <summary>Recipes that one address may submit per minute.</summary>
    [Range(1, 10_000)]
    public int RecipesPerMinute { get; set; } = 10;

    /// <summary>Players at once.</summary>
    [Range(1, 100_000)]
    public int ViewersMax { get; set; } = 2_000;

    /// <summary>Viewers that one address may be at once: WebRTC connections of all kinds, and streams over HTTP.</summary>
    [Range(1, 100_000)]
    public int ViewersPerAddress { get; set; } = 256;

    /// <summary>Event streams and signalling sockets that one address may have open at once.</summary>
    [Range(1, 100_000)]
    public int SocketsPerAddress { get; set; } = 64;

    /// <summary>TCP connections that one address may have open at once; those of trusted proxies are not counted.</summary>
    [Range(1, 100_000)]
    public int ConnectionsPerAddress { get; set; } = 1_024;

    /// <summary>Messages that a signalling socket may send per second.</summary>
    [Range(1, 10_000)]
    public int SignalMessagesPerSecond { get; set; } = 50;

    /// <summary>Addresses and networks (<c>192.0.2.0/24</c>) of proxies whose X-Forwarded-For and X-Forwarded-Proto are believed; without them limits behind a proxy apply to the proxy.</summary>
    [Networks]
    public IList<string> TrustedProxies { get; } = [];

    /// <summary>Other gateways that the pages of this one may ask: the witnesses of their <c>config.json</c>, as origins (<c>https://gateway.example</c>).</summary>
    [Origins]
    public IList<string> Witnesses { get; } = [];

    /// <summary>Picture size of clips that people ask for, pixels.</summary>
    [Range(64, 1024)]
    public int PictureSize { get; set; } = 256;

    /// <summary>Frames per second of clips that people ask for.</summary>
    [Range(8, 60)]
    public int FramesPerSecond { get; set; } = 12;
}
