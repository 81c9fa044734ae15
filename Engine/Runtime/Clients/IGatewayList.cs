using System.Net;

namespace Nsn.Engine.Runtime.Silos;

/// <summary>A silo that clients may connect to.</summary>
/// <param name="Silo">Its address; null when only the endpoint is known.</param>
/// <param name="Endpoint">Where it listens for clients.</param>
public sealed record Gateway(SiloAddress? Silo, IPEndPoint Endpoint);

/// <summary>Tells a client which silos it may connect to.</summary>
public interface IGatewayList
{
    ValueTask<IReadOnlyList<Gateway>> GetGatewaysAsync(CancellationToken cancellationToken);
}
