using System.Net;

namespace Nsn.Hosting;

/// <summary>Where a silo is reached by others.</summary>
/// <param name="Name">Its name; unique among those that run.</param>
/// <param name="Address">The address it advertises and listens on.</param>
/// <param name="SiloPort">Port for silos.</param>
/// <param name="GatewayPort">Port for clients.</param>
public sealed record SiloEndpoints(string Name, IPAddress Address, int SiloPort, int GatewayPort);
