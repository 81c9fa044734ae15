using Microsoft.Extensions.Hosting;
using Nsn.WebRtc.Transport;

namespace Nsn.WebRtc.Hosting;

/// <summary>Makes the server and its meter when the application starts, so that a port that is taken stops it then and not at the first viewer.</summary>
internal sealed class WebRtcServerStarter(WebRtcServer server, WebRtcMetrics metrics) : IHostedService
{
    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(1);

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _ = metrics;
        return Task.CompletedTask;
    }

    /// <summary>Tells all viewers goodbye, once they have what was sent, for which there is a second; the ports close with the container.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        Task closed = Task.WhenAll(server.Connections.Select(connection => connection.CloseAsync(CloseTimeout)));
        try
        {
            // The sessions keep the time themselves; this is for a handler that does not come back.
            await closed.WaitAsync(CloseTimeout * 2, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is TimeoutException or OperationCanceledException)
        {
            foreach (WebRtcConnection connection in server.Connections)
            {
                connection.Close();
            }
        }
    }
}
