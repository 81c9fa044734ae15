using System.Runtime.CompilerServices;
using Microsoft.Extensions.DependencyInjection;
using Nsn.Engine.Runtime.Activations;
using Orleans.Core;
using Orleans.Providers;
using Orleans.Storage;

namespace Nsn.Engine.Runtime.State;

/// <summary>A state of a grain: read before activation, written when the grain says so.</summary>
/// <typeparam name="TState">The state; made by its parameterless constructor when there is no record.</typeparam>
internal sealed class PersistentState<TState> : IPersistentState<TState>, ILifecycleObserver
{
    private readonly Activation _activation;
    private readonly string _name;
    private readonly IGrainStorage _storage;
    private readonly GrainState<TState> _state = new();

    public PersistentState(Activation activation, string stateName, string? storageName)
        : this(activation, stateName, storageName, subscribe: true)
    {
    }

    public PersistentState(Activation activation, string stateName, string? storageName, bool subscribe)
    {
        _activation = activation;
        _name = stateName;
        storageName ??= ProviderConstants.DEFAULT_STORAGE_PROVIDER_NAME;
        _storage = activation.Node.Services.GetKeyedService<IGrainStorage>(storageName)
            ?? throw new BadProviderConfigException($"There is no storage provider named '{storageName}' for the state '{stateName}' of {activation.Class.Type}.");
        _state.State = NewState();
        if (subscribe)
            activation.ObservableLifecycle.Subscribe(_name, GrainLifecycleStage.SetupState, this);
    }

    public TState State
    {
        get => _state.State;
        set => _state.State = value;
    }

    public string Etag => _state.ETag;
    public bool RecordExists => _state.RecordExists;

    public Task ReadStateAsync() => ReadStateAsync(CancellationToken.None);
    public Task WriteStateAsync() => WriteStateAsync(CancellationToken.None);
    public Task ClearStateAsync() => ClearStateAsync(CancellationToken.None);

    public async Task ReadStateAsync(CancellationToken cancellationToken)
    {
        await InContext(static (self, token) => self._storage.ReadStateAsync(self._name, self._activation.GrainId, self._state, token), cancellationToken);
        _state.State ??= NewState();
    }

    public Task WriteStateAsync(CancellationToken cancellationToken)
    {
        if (!_activation.Node.MayAct)
            throw NoLease();
        return InContext(static (self, token) => self._storage.WriteStateAsync(self._name, self._activation.GrainId, self._state, token), cancellationToken);
    }

    public async Task ClearStateAsync(CancellationToken cancellationToken)
    {
        if (!_activation.Node.MayAct)
            throw NoLease();
        await InContext(static (self, token) => self._storage.ClearStateAsync(self._name, self._activation.GrainId, self._state, token), cancellationToken);
        _state.State ??= NewState();
    }

    /// <summary>Storage takes the fencing token from the context: also where the grain has left its own with ConfigureAwait(false).</summary>
    private Task InContext(Func<PersistentState<TState>, CancellationToken, Task> request, CancellationToken cancellationToken)
    {
        var outer = SynchronizationContext.Current;
        if (outer == _activation)
            return request(this, cancellationToken);
        SynchronizationContext.SetSynchronizationContext(_activation);
        try
        {
            return request(this, cancellationToken);
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(outer);
        }
    }

    Task ILifecycleObserver.OnStart(CancellationToken cancellationToken) => ReadStateAsync(cancellationToken);
    Task ILifecycleObserver.OnStop(CancellationToken cancellationToken) => Task.CompletedTask;

    private InconsistentStateException NoLease() => new($"{_activation.GrainId} may not write: its silo lost its lease.");

    private static TState NewState() => typeof(TState).IsValueType || typeof(TState) == typeof(string) || typeof(TState).GetConstructor(Type.EmptyTypes) is null
        ? default!
        : Activator.CreateInstance<TState>();
}
