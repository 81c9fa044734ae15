using Nsn.AppHost.Model;
using Nsn.AppHost.Supervision;

namespace Nsn.AppHost.Hosting;

/// <summary>A stack that can be started, watched and ended; used by the program and by tests that need real servers.</summary>
public sealed class StackApplication : IAsyncDisposable
{
    private readonly List<Resource> _resources;
    private readonly Dictionary<Resource, ResourceInstance[]> _instances = [];
    private readonly ProcessLauncher _launcher = new();
    private DataFolderLock? _dataLock;
    private bool _stopped;

    internal StackApplication(Stack stack, List<Resource> resources)
    {
        Stack = stack;
        _resources = resources;
        foreach (Resource resource in resources)
        {
            var preparing = new SemaphoreSlim(1, 1);
            _instances.Add(
                resource,
                [.. Enumerable.Range(0, resource.Replicas).Select(i => new ResourceInstance(stack, resource, i, _launcher, preparing, r => _instances[r]))]);
        }
    }

    /// <summary>Paths, ports, settings.</summary>
    public Stack Stack { get; }

    /// <summary>All instances, in the order of their declaration.</summary>
    public IReadOnlyList<ResourceInstance> Instances => [.. _resources.SelectMany(r => _instances[r])];

    /// <summary>The instance of this name, or null.</summary>
    public ResourceInstance? Find(string name) => Instances.FirstOrDefault(i => i.Context.InstanceName == name);

    /// <summary>Starts everything. Before anything runs, taken ports and a second AppHost on the same data are reported.</summary>
    /// <exception cref="AppHostException">With what to do.</exception>
    public void Start()
    {
        _dataLock = DataFolderLock.Take(Stack.Paths.Data);
        var problems = new List<string>();
        foreach (ResourceInstance instance in Instances)
        {
            if (instance.Context.Resource is IMayBeExternal external && external.IsExternal(Stack))
                continue;
            foreach (EndpointDefinition endpoint in instance.Context.Resource.Endpoints)
            {
                int port = instance.Context.GetPort(endpoint.Name);
                if (PortGuard.FindOwner(endpoint.Scheme, port) is { } owner)
                    problems.Add(ResourceInstance.PortTaken(instance.Context.Resource, endpoint, port, owner));
            }
        }

        if (problems.Count > 0)
            throw new AppHostException(string.Join(Environment.NewLine, problems));
        foreach (ResourceInstance instance in Instances)
            instance.Start();
    }

    /// <summary>Completes when every instance is ready or finished.</summary>
    /// <exception cref="TimeoutException">Not in time; the message says what was missing.</exception>
    public async Task WaitUntilReadyAsync(TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(timeout);
        try
        {
            foreach (ResourceInstance instance in Instances)
                await instance.WaitUntilReadyAsync(limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            IEnumerable<string> missing = Instances.Select(i => i.Snapshot)
                .Where(s => s.State is not (ResourceState.Ready or ResourceState.Finished))
                .Select(s => $"{s.Name} is {s.State}{(s.Detail.Length > 0 ? $" ({s.Detail})" : "")}{(s.Complaint is { } last ? $" [{last}]" : "")}");
            throw new TimeoutException($"Not ready within {timeout.TotalSeconds:F0} s: {string.Join("; ", missing)}.");
        }
    }

    /// <summary>Ends everything, the last declared first.</summary>
    public async Task StopAsync()
    {
        if (_stopped)
            return;
        _stopped = true;
        foreach (Resource resource in Enumerable.Reverse(_resources))
            await Task.WhenAll(_instances[resource].Select(i => i.RetireAsync())).ConfigureAwait(false);
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await StopAsync().ConfigureAwait(false);
        _launcher.Dispose();
        _dataLock?.Dispose();
        Stack.Http.Dispose();
    }
}
