using System.Globalization;
using Microsoft.Extensions.Configuration;
using Nsn.AppHost.Model;
using Nsn.AppHost.Supervision;

namespace Nsn.AppHost.Hosting;

/// <summary>
/// The ports of all instances, fixed when the stack is built: conventional, or configured with <c>Ports:RESOURCE</c> (main endpoint) and
/// <c>Ports:RESOURCE-ENDPOINT</c>; 0 takes any free one.
/// </summary>
public sealed class PortMap
{
    private readonly Dictionary<(Resource, string, int), int> _ports = [];

    /// <summary>The port of an endpoint of an instance.</summary>
    public int Get(Resource resource, string endpoint, int index = 0)
    {
        ArgumentNullException.ThrowIfNull(resource);
        return _ports.TryGetValue((resource, endpoint, index), out int port)
            ? port
            : throw new InvalidOperationException($"'{resource.Name}' has no endpoint '{endpoint}' for instance {index + 1}.");
    }

    /// <summary>The configuration key of an endpoint's port.</summary>
    internal static string KeyOf(Resource resource, EndpointDefinition endpoint) =>
        endpoint == resource.Endpoints[0] ? $"Ports:{resource.Name}" : $"Ports:{resource.Name}-{endpoint.Name}";

    internal void Assign(Resource resource, IConfiguration configuration)
    {
        foreach (EndpointDefinition endpoint in resource.Endpoints)
        {
            string key = KeyOf(resource, endpoint);
            int first = endpoint.Port, last = 65536 - resource.Replicas;
            if (configuration[key] is { Length: > 0 } text
                && (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out first) || first > last))
                throw new AppHostException($"{key}={text} is no port: give a number from 0 (any free one) to {last}.");
            for (int index = 0; index < resource.Replicas; index++)
            {
                int port = first == 0 ? FindFree(endpoint) : first + index;
                if (FindHolder(port, endpoint) is var (other, name))
                    throw new AppHostException($"Port {port} is asked for by '{other.Name}' ({name}) and by '{resource.Name}' ({endpoint.Name}): set {key}.");
                _ports.Add((resource, endpoint.Name, index), port);
            }
        }
    }

    /// <summary>The system may give the same free port twice while nobody listens on it.</summary>
    private int FindFree(EndpointDefinition endpoint)
    {
        while (true)
        {
            int port = PortGuard.FindFree(endpoint.Scheme);
            if (FindHolder(port, endpoint) is null)
                return port;
        }
    }

    private (Resource Resource, string Endpoint)? FindHolder(int port, EndpointDefinition asking)
    {
        foreach (((Resource resource, string name, _), int taken) in _ports)
        {
            if (taken == port && resource.Endpoints.Any(endpoint => endpoint.Name == name && PortGuard.Collide(endpoint.Scheme, asking.Scheme)))
                return (resource, name);
        }

        return null;
    }
}
