using Nsn.AppHost.Hosting;
using Nsn.AppHost.Supervision;

namespace Nsn.AppHost.Model;

/// <summary>One instance of a resource, as the resource itself sees it when it prepares, starts and is checked.</summary>
public sealed class ResourceContext
{
    private readonly LogBuffer _log;

    internal ResourceContext(Stack stack, Resource resource, int index, LogBuffer log)
    {
        Stack = stack;
        Resource = resource;
        Index = index;
        _log = log;
        InstanceName = resource.Replicas == 1 ? resource.Name : $"{resource.Name}-{index + 1}";
    }

    /// <summary>Everything around: paths, configuration, ports, tools.</summary>
    public Stack Stack { get; }

    /// <summary>The declaration.</summary>
    public Resource Resource { get; }

    /// <summary>0 for the first instance.</summary>
    public int Index { get; }

    /// <summary>The resource's name, with a number where there are several instances.</summary>
    public string InstanceName { get; }

    /// <summary>The port of one of this instance's endpoints.</summary>
    public int GetPort(string endpoint) => Stack.Ports.Get(Resource, endpoint, Index);

    /// <summary>Writes a line into the instance's console log.</summary>
    public void Log(string line) => _log.Append(line, isError: false);

    /// <summary>The variables that the resource's declaration sets for this instance.</summary>
    public Dictionary<string, string> CreateEnvironment()
    {
        var environment = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (Action<ResourceContext, IDictionary<string, string>> callback in Resource.EnvironmentCallbacks)
            callback(this, environment);
        return environment;
    }
}
