using System.Net;
using Microsoft.Extensions.Options;
using Nsn.WebRtc.Hosting;
using Nsn.WebRtc.Transport;

namespace Nsn.Gateway.Media;

/// <summary>Opens the one UDP port for all viewers when the gateway starts, and measures what goes through it.</summary>
internal static class GatewayWebRtc
{
    public static void AddGatewayWebRtc(this IServiceCollection services)
    {
        services.AddWebRtcServer();
        services.AddOptions<WebRtcServerOptions>().Configure<IOptions<GatewaySettings>>((options, settings) => Configure(options, settings.Value));
    }

    private static void Configure(WebRtcServerOptions options, GatewaySettings settings)
    {
        Directory.CreateDirectory(settings.DataFolder);
        options.Port = settings.UdpPort;
        options.BindAddress = IPAddress.Parse(settings.UdpAddress);
        options.CertificatePath = Path.Combine(settings.DataFolder, "dtls.pem");
        options.SessionsMax = settings.ViewersMax;
        foreach (var address in settings.PublicAddresses)
            options.PublicAddresses.Add(IPAddress.Parse(address));
    }
}
