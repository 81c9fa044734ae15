using Nsn.AppHost.Hosting;

namespace Nsn.AppHost.Model;

/// <summary>What <c>Add…</c> returns, to say more about a resource.</summary>
/// <typeparam name="T">Kind of resource.</typeparam>
public sealed class ResourceBuilder<T>
    where T : Resource
{
    internal ResourceBuilder(StackBuilder stack, T resource)
    {
        Stack = stack;
        Resource = resource;
    }

    /// <summary>The stack it belongs to.</summary>
    public StackBuilder Stack { get; }

    /// <summary>The resource.</summary>
    public T Resource { get; }

    /// <summary>Starts only when <paramref name="other"/> is ready, or finished where it is a step.</summary>
    public ResourceBuilder<T> WaitFor<TOther>(ResourceBuilder<TOther> other)
        where TOther : Resource
    {
        ArgumentNullException.ThrowIfNull(other);
        if (!Resource.Dependencies.Contains(other.Resource))
            Resource.Dependencies.Add(other.Resource);
        return this;
    }

    /// <summary>Gives the resource <paramref name="other"/>'s connection string as <c>ConnectionStrings__NAME</c>, and waits for it.</summary>
    public ResourceBuilder<T> WithReference<TOther>(ResourceBuilder<TOther> other)
        where TOther : Resource, IConnectionStringSource
    {
        ArgumentNullException.ThrowIfNull(other);
        TOther source = other.Resource;
        Resource.EnvironmentCallbacks.Add((context, environment) =>
            environment[$"ConnectionStrings__{source.ConnectionName}"] = source.GetConnectionString(context.Stack));
        return WaitFor(other);
    }

    /// <summary>Sets a variable.</summary>
    public ResourceBuilder<T> WithEnvironment(string name, string value) => WithEnvironment((_, environment) => environment[name] = value);

    /// <summary>Sets variables that depend on the instance.</summary>
    public ResourceBuilder<T> WithEnvironment(Action<ResourceContext, IDictionary<string, string>> set)
    {
        ArgumentNullException.ThrowIfNull(set);
        Resource.EnvironmentCallbacks.Add(set);
        return this;
    }

    /// <summary>Declares a port.</summary>
    public ResourceBuilder<T> WithEndpoint(string name, string scheme, int port, bool isShown = true)
    {
        Resource.Endpoints.Add(new EndpointDefinition(name, scheme, port, isShown));
        return this;
    }

    /// <summary>Runs several instances, numbered from 1, with ports counted up.</summary>
    public ResourceBuilder<T> WithReplicas(int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        Resource.Replicas = count;
        return this;
    }

    /// <summary>The instance is healthy when this answers with 2xx.</summary>
    public ResourceBuilder<T> WithHttpHealthCheck(string endpoint, string path)
    {
        Resource.HttpHealthCheck = (endpoint, path);
        return this;
    }
}
