using Microsoft.Extensions.Configuration;
using Nsn.AppHost.Model;

namespace Nsn.AppHost.Hosting;

/// <summary>
/// Declares what a stack consists of, in the vocabulary of .NET Aspire. (Aspire itself needs its DCP orchestrator and containers; this needs neither.)
/// </summary>
public sealed class StackBuilder
{
    private readonly List<Resource> _resources = [];

    private StackBuilder(IConfiguration configuration)
    {
        Configuration = configuration;
        Paths = StackPaths.From(configuration);
    }

    /// <summary>Settings from the command line (<c>--Name:Key=value</c>) and the environment (<c>Name__Key</c>).</summary>
    public IConfiguration Configuration { get; }

    /// <summary>Where things are.</summary>
    public StackPaths Paths { get; }

    /// <summary>What was declared, in order.</summary>
    public IReadOnlyList<Resource> Resources => _resources;

    /// <summary>An empty stack.</summary>
    public static StackBuilder Create(params string[] arguments) => new(ReadConfiguration(arguments));

    internal static IConfiguration ReadConfiguration(string[] arguments) => new ConfigurationBuilder().AddEnvironmentVariables().AddCommandLine(arguments).Build();

    /// <summary>Adds a resource of any kind.</summary>
    public ResourceBuilder<T> Add<T>(T resource)
        where T : Resource
    {
        ArgumentNullException.ThrowIfNull(resource);
        if (_resources.Any(r => r.Name == resource.Name))
            throw new ArgumentException($"There is a resource '{resource.Name}' already.", nameof(resource));
        _resources.Add(resource);
        return new ResourceBuilder<T>(this, resource);
    }

    /// <summary>
    /// The stack, ready to start. With the setting <c>Only</c> (names, separated by commas) it consists of those resources and of what they depend on.
    /// </summary>
    public StackApplication Build(TimeProvider? time = null)
    {
        List<Resource> chosen = [.. _resources];
        if (Configuration["Only"] is { Length: > 0 } only)
        {
            var wanted = new HashSet<Resource>();
            foreach (string name in only.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
                Include(_resources.Find(r => r.Name == name) ?? throw new AppHostException($"Only={only}: there is no '{name}'. There are: {string.Join(", ", _resources.Select(r => r.Name))}."), wanted);
            chosen.RemoveAll(r => !wanted.Contains(r));
        }

        foreach (Resource resource in chosen)
        {
            // What is declared later cannot be waited for, so there are no circles, and the reverse order is one to stop in.
            if (resource.Dependencies.Find(d => chosen.IndexOf(d) < 0 || chosen.IndexOf(d) >= chosen.IndexOf(resource)) is { } wrong)
                throw new InvalidOperationException($"'{resource.Name}' waits for '{wrong.Name}', which must be declared before it.");
        }

        var ports = new PortMap();
        foreach (Resource resource in chosen)
            ports.Assign(resource, Configuration);
        var http = new HttpClient(new SocketsHttpHandler { UseProxy = false, ConnectTimeout = TimeSpan.FromSeconds(2) })
        {
            Timeout = TimeSpan.FromSeconds(5),
            MaxResponseContentBufferSize = 1024 * 1024,
        };
        return new StackApplication(new Stack(Configuration, Paths, ports, http, time ?? TimeProvider.System), chosen);

        static void Include(Resource resource, HashSet<Resource> wanted)
        {
            if (wanted.Add(resource))
                resource.Dependencies.ForEach(d => Include(d, wanted));
        }
    }
}
