using System.Net;
using Nsn.WebRtc.Transport;

namespace Nsn.Gateway.Media;

/// <summary>Opens the one UDP port for all viewers.</summary>
internal static class GatewayWebRtc
{
    public static WebRtcServer CreateServer(GatewaySettings settings)
    {
        Directory.CreateDirectory(settings.DataFolder);
        var options = new WebRtcServerOptions
        {
            Port = settings.UdpPort,
            BindAddress = IPAddress.Parse(settings.UdpAddress),
            CertificatePath = Path.Combine(settings.DataFolder, "dtls.pem"),
            SessionsMax = settings.ViewersMax,
        };
        foreach (var address in settings.PublicAddresses)
            options.PublicAddresses.Add(IPAddress.Parse(address));
        return new WebRtcServer(options);
    }
}
