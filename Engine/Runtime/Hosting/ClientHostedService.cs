using Microsoft.Extensions.Hosting;
using Nsn.Engine.Runtime.Clients;

namespace Nsn.Engine.Runtime.Hosting;

/// <summary>Connects and disconnects the client with its host.</summary>
internal sealed class ClientHostedService(ClientNode client) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken) => client.StartAsync(cancellationToken);
    public Task StopAsync(CancellationToken cancellationToken) => client.StopAsync();
}
