using Microsoft.Extensions.Hosting;
using Nsn.WebRtc.Transport;

namespace Nsn.WebRtc.Hosting;

/// <summary>Makes the server and its meter when the application starts, so that a port that is taken stops it then and not at the first viewer.</summary>
internal sealed class WebRtcServerStarter(WebRtcServer server, WebRtcMetrics metrics) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        _ = metrics;
        return Task.CompletedTask;
    }

    /// <summary>Tells all viewers goodbye; the ports close with the container.</summary>
    public Task StopAsync(CancellationToken cancellationToken)
    {
        foreach (WebRtcConnection connection in server.Connections)
        {
            connection.Close();
        }

        return Task.CompletedTask;
    }
}
