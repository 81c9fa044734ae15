namespace Nsn.AppHost.Model;

/// <summary>Something that the stack consists of: a server, a process of ours, a step that runs once. Declared here, brought to life by a supervisor.</summary>
public abstract class Resource
{
    /// <summary>A resource called <paramref name="name"/> (lower case, digits, hyphens).</summary>
    protected Resource(string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        if (!name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-'))
            throw new ArgumentException($"'{name}' is no resource name: lower-case letters, digits and hyphens only.", nameof(name));
        Name = name;
    }

    /// <summary>Name, unique in the stack.</summary>
    public string Name { get; }

    /// <summary>What kind of thing it is, for people.</summary>
    public abstract string Kind { get; }

    /// <summary>How many instances run.</summary>
    public int Replicas { get; internal set; } = 1;

    /// <summary>Ports; the first is the main one.</summary>
    public List<EndpointDefinition> Endpoints { get; } = [];

    /// <summary>What must be ready (or finished, for a step) before this starts.</summary>
    public List<Resource> Dependencies { get; } = [];

    /// <summary>Whether it is a step that ends by itself, with exit code 0 for success.</summary>
    public virtual bool RunsToCompletion => false;

    /// <summary>Endpoint and path of the HTTP health check; null for none.</summary>
    public (string Endpoint, string Path)? HttpHealthCheck { get; internal set; }

    internal List<Action<ResourceContext, IDictionary<string, string>>> EnvironmentCallbacks { get; } = [];

    /// <summary>Done before every start: provisioning, creating data. Runs once at a time per resource.</summary>
    protected internal virtual Task PrepareAsync(ResourceContext context, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>The process to start; null where something that is configured elsewhere is used, or where preparing was all there was to do.</summary>
    protected internal abstract LaunchPlan? CreateLaunchPlan(ResourceContext context);

    /// <summary>Asks the instance how it is: null for well, else what is wrong.</summary>
    protected internal virtual async Task<string?> CheckHealthAsync(ResourceContext context, CancellationToken cancellationToken)
    {
        if (HttpHealthCheck is not { } check)
            return null;
        string url = $"http://127.0.0.1:{context.GetPort(check.Endpoint)}{check.Path}";
        using HttpResponseMessage response = await context.Stack.Http.GetAsync(new Uri(url), cancellationToken).ConfigureAwait(false);
        if (response.IsSuccessStatusCode)
            return null;
        string body = await response.Content.ReadAsStringAsync(cancellationToken).ConfigureAwait(false);
        return HealthAnswer.Explain((int)response.StatusCode, body);
    }
}
