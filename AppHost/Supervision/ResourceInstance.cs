using System.Diagnostics.CodeAnalysis;
using Nsn.AppHost.Hosting;
using Nsn.AppHost.Model;

namespace Nsn.AppHost.Supervision;

/// <summary>
/// One instance of a resource through its life: waits for what it depends on, prepares, starts, is checked, is started again after a crash, and ends
/// when asked. One loop owns all of it; everybody else only asks.
/// </summary>
[SuppressMessage("Reliability", "CA1001", Justification = "A token source without timer holds nothing that needs giving back.")]
public sealed class ResourceInstance
{
    private static readonly TimeSpan StartingPoll = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan RunningPoll = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan PortRelease = TimeSpan.FromSeconds(5);
    private const int FailuresUntilUnhealthy = 3;

    private readonly Lock _lock = new();
    private readonly ProcessLauncher _launcher;
    private readonly Func<Resource, IReadOnlyList<ResourceInstance>> _find;
    private readonly RestartBackoff _backoff = new();
    private readonly SemaphoreSlim _preparing;
    private TaskCompletionSource _changed = NewSignal();
    private CancellationTokenSource _cycle = new();
    private bool _wanted;
    private bool _retired;
    private bool _looping;
    private ResourceState _state = ResourceState.Stopped;
    private string _detail = "";
    private int _restarts;
    private int? _processId;
    private int? _exitCode;
    private DateTimeOffset? _startedAt;
    private bool _wasStartedBefore;
    private long _logAtStart;
    private Task _loop = Task.CompletedTask;

    internal ResourceInstance(
        Stack stack, Resource resource, int index, ProcessLauncher launcher, SemaphoreSlim preparing, Func<Resource, IReadOnlyList<ResourceInstance>> find)
    {
        Log = new LogBuffer(stack.Time);
        Context = new ResourceContext(stack, resource, index, Log);
        _launcher = launcher;
        _preparing = preparing;
        _find = find;
    }

    /// <summary>Raised after every change of state.</summary>
    public event Action<ResourceSnapshot>? Changed;

    /// <summary>The instance as its resource sees it.</summary>
    public ResourceContext Context { get; }

    /// <summary>Its console.</summary>
    public LogBuffer Log { get; }

    /// <summary>How it is now.</summary>
    public ResourceSnapshot Snapshot
    {
        get
        {
            lock (_lock)
                return TakeSnapshot_NeedsLock();
        }
    }

    private bool IsReady => _state is ResourceState.Ready or ResourceState.Finished;

    /// <summary>Wants it to run.</summary>
    public void Start()
    {
        lock (_lock)
        {
            if (_wanted || _retired)
                return;
            _wanted = true;
            _backoff.Reset();
            if (_looping)
                return;
            _looping = true;
            _loop = Task.Run(RunAsync);
        }
    }

    /// <summary>Wants it to end, and waits until it has.</summary>
    public async Task StopAsync()
    {
        Task loop;
        CancellationTokenSource cycle;
        lock (_lock)
        {
            _wanted = false;
            loop = _loop;
            cycle = _cycle;
        }

        await cycle.CancelAsync().ConfigureAwait(false);
        await loop.ConfigureAwait(false);
        if (Snapshot.State != ResourceState.Finished)
            SetState(ResourceState.Stopped, "");
    }

    /// <summary>Ends it where it runs, and starts it anew.</summary>
    public async Task RestartAsync()
    {
        await StopAsync().ConfigureAwait(false);
        Start();
    }

    /// <summary>Completes when it is ready (or finished, for a step).</summary>
    public async Task WaitUntilReadyAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            Task changed;
            lock (_lock)
            {
                if (IsReady)
                    return;
                changed = _changed.Task;
            }

            await changed.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Ends it for good.</summary>
    internal Task RetireAsync()
    {
        lock (_lock)
            _retired = true;
        return StopAsync();
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ResourceSnapshot TakeSnapshot_NeedsLock() => new(
        Context.InstanceName,
        Context.Resource.Name,
        Context.Resource.Kind,
        _state,
        _detail,
        _restarts,
        _processId,
        _exitCode,
        _startedAt,
        _state is ResourceState.Starting or ResourceState.Unhealthy or ResourceState.Restarting ? Complaint.Last(Log, _logAtStart) : null,
        [.. Context.Resource.Endpoints.Select(e => new EndpointSnapshot(e.Name, $"{e.Scheme}://127.0.0.1:{Context.GetPort(e.Name)}", e.IsShown))]);

    private void SetState(ResourceState state, string detail)
    {
        TaskCompletionSource signal;
        ResourceSnapshot snapshot;
        lock (_lock)
        {
            if (_state == state && _detail == detail)
                return;
            _state = state;
            _detail = detail;
            signal = _changed;
            _changed = NewSignal();
            snapshot = TakeSnapshot_NeedsLock();
        }

        signal.TrySetResult();
        Changed?.Invoke(snapshot);
    }

    private async Task RunAsync()
    {
        while (true)
        {
            CancellationToken cancellationToken;
            lock (_lock)
            {
                if (!_wanted)
                {
                    _looping = false;
                    return;
                }

                _cycle = new CancellationTokenSource();
                cancellationToken = _cycle.Token;
            }

            try
            {
                if (await RunOnceAsync(cancellationToken).ConfigureAwait(false))
                {
                    SetState(ResourceState.Finished, "");
                    lock (_lock)
                        _wanted = _looping = false;
                    return;
                }
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                // Asked to end; the head of the loop decides what follows.
            }
        }
    }

    // True where it was a step and is done.
    private async Task<bool> RunOnceAsync(CancellationToken cancellationToken)
    {
        long started = Context.Stack.Time.GetTimestamp();
        string failure;
        try
        {
            await WaitForDependenciesAsync(cancellationToken).ConfigureAwait(false);
            await PrepareAsync(cancellationToken).ConfigureAwait(false);
            LaunchPlan? plan = Context.Resource.CreateLaunchPlan(Context);
            started = Context.Stack.Time.GetTimestamp();
            if (plan is null && Context.Resource.RunsToCompletion)
                return true;
            int exitCode = plan is null
                ? await WatchHealthAsync(Task.Delay(Timeout.Infinite, cancellationToken), cancellationToken).ConfigureAwait(false)
                : await RunProcessAsync(plan, cancellationToken).ConfigureAwait(false);
            if (exitCode == 0 && Context.Resource.RunsToCompletion)
                return true;
            failure = $"ended with exit code {exitCode}";
        }
        catch (Exception error) when (error is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            failure = error.Message;
        }

        TimeSpan pause = _backoff.OnCrash(Context.Stack.Time.GetElapsedTime(started));
        lock (_lock)
        {
            _restarts++;
            _processId = null;
        }

        Log.Append($"AppHost: {failure}; next start in {pause.TotalSeconds:F0} s", isError: true);
        SetState(ResourceState.Restarting, failure);
        await Task.Delay(pause, Context.Stack.Time, cancellationToken).ConfigureAwait(false);
        return false;
    }

    private async Task WaitForDependenciesAsync(CancellationToken cancellationToken)
    {
        foreach (ResourceInstance dependency in Context.Resource.Dependencies.SelectMany(_find))
        {
            if (!dependency.IsReady)
                SetState(ResourceState.Waiting, $"waits for {dependency.Context.InstanceName}");
            await dependency.WaitUntilReadyAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task PrepareAsync(CancellationToken cancellationToken)
    {
        SetState(ResourceState.Preparing, "");
        await _preparing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await Context.Resource.PrepareAsync(Context, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _preparing.Release();
        }
    }

    private async Task<int> RunProcessAsync(LaunchPlan plan, CancellationToken cancellationToken)
    {
        await CheckPortsAsync(cancellationToken).ConfigureAwait(false);
        Dictionary<string, string> environment = Context.CreateEnvironment();
        environment.TryAdd("OTEL_SERVICE_NAME", Context.Resource.Name);
        environment.TryAdd("OTEL_RESOURCE_ATTRIBUTES", $"service.instance.id={Context.InstanceName}");
        long logAtStart = Log.LastSequence;
        using ManagedProcess process = await _launcher.StartAsync(plan, environment, Log).ConfigureAwait(false);
        lock (_lock)
        {
            _processId = process.Id;
            _exitCode = null;
            _logAtStart = logAtStart;
            _startedAt = Context.Stack.Time.GetUtcNow();
            _wasStartedBefore = true;
        }

        SetState(ResourceState.Starting, "");
        try
        {
            return await WatchHealthAsync(process.Exited, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            if (cancellationToken.IsCancellationRequested)
                SetState(ResourceState.Stopping, "");
            int exitCode = await EndAsync(process, plan).ConfigureAwait(false);
            lock (_lock)
            {
                _exitCode = exitCode;
                _processId = null;
                _startedAt = null;
            }
        }
    }

    private static async Task<int> EndAsync(ManagedProcess process, LaunchPlan plan)
    {
        if (process.Exited.IsCompleted)
            process.KillGroup();
        else
            await process.StopAsync(plan.StopSignal, plan.StopTimeout).ConfigureAwait(false);
        return await process.Exited.ConfigureAwait(false);
    }

    // A process that was killed may hold its port for a moment; a stranger on it is an error.
    private async Task CheckPortsAsync(CancellationToken cancellationToken)
    {
        long since = Context.Stack.Time.GetTimestamp();
        foreach (EndpointDefinition endpoint in Context.Resource.Endpoints)
        {
            int port = Context.GetPort(endpoint.Name);
            while (PortGuard.FindOwner(endpoint.Scheme, port) is { } owner)
            {
                if (!_wasStartedBefore || Context.Stack.Time.GetElapsedTime(since) > PortRelease)
                    throw new AppHostException(PortTaken(Context.Resource, endpoint, port, owner));
                await Task.Delay(StartingPoll, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    internal static string PortTaken(Resource resource, EndpointDefinition endpoint, int port, string owner) =>
        $"port {port} ({endpoint.Scheme}) of '{resource.Name}' is taken by {owner}: end that, or choose another port with --{PortMap.KeyOf(resource, endpoint)}=NUMBER";

    private async Task<int> WatchHealthAsync(Task ended, CancellationToken cancellationToken)
    {
        int failures = 0;
        bool wasReady = false;
        while (!ended.IsCompleted)
        {
            string? problem = Context.Resource.RunsToCompletion ? "runs" : await CheckHealthAsync(cancellationToken).ConfigureAwait(false);
            if (ended.IsCompleted)
                break;
            if (problem is null)
            {
                failures = 0;
                wasReady = true;
                SetState(ResourceState.Ready, "");
            }
            else if (!wasReady)
            {
                SetState(ResourceState.Starting, Context.Resource.RunsToCompletion ? "" : problem);
            }
            else if (++failures >= FailuresUntilUnhealthy)
            {
                SetState(ResourceState.Unhealthy, problem);
            }

            await Task.WhenAny(ended, Task.Delay(wasReady && failures == 0 ? RunningPoll : StartingPoll, cancellationToken)).ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
        }

        cancellationToken.ThrowIfCancellationRequested();
        return ended is Task<int> process ? await process.ConfigureAwait(false) : 0;
    }

    private async Task<string?> CheckHealthAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await Context.Resource.CheckHealthAsync(Context, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (error is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            return error.GetBaseException().Message;
        }
    }
}
