namespace Nsn.AppHost.Model;

/// <summary>A port that a resource listens on.</summary>
/// <param name="Name">Name within the resource; the first endpoint of a resource is its main one.</param>
/// <param name="Scheme"><c>http</c>, <c>tcp</c>, <c>udp</c>, or <c>udp+tcp</c> for both under one number (WebRTC: ICE over UDP, and over TCP where UDP is blocked).</param>
/// <param name="Port">Conventional port of the first instance; further instances count up. 0 for any free one.</param>
/// <param name="IsShown">Whether a person would open it.</param>
public sealed record EndpointDefinition(string Name, string Scheme, int Port, bool IsShown = true);
