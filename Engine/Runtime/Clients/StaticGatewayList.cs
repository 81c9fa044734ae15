using System.Net;
using Microsoft.Extensions.Options;
using Nsn.Engine.Runtime.Silos;

namespace Nsn.Engine.Runtime.Clients;

/// <summary>The endpoints a client was configured with.</summary>
public sealed class StaticGatewayListOptions
{
    /// <summary>Where silos listen for clients.</summary>
    public List<IPEndPoint> Gateways { get; } = [];
}

/// <summary>Gateways that do not change.</summary>
internal sealed class StaticGatewayList(IOptions<StaticGatewayListOptions> options) : IGatewayList
{
    public ValueTask<IReadOnlyList<Gateway>> GetGatewaysAsync(CancellationToken cancellationToken) =>
        new(options.Value.Gateways.Select(endpoint => new Gateway(null, endpoint)).ToArray());
}
