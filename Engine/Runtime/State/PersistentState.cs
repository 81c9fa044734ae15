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
        await _storage.ReadStateAsync(_name, _activation.GrainId, _state, cancellationToken);
        _state.State ??= NewState();
    }

    public Task WriteStateAsync(CancellationToken cancellationToken)
    {
        if (!_activation.Node.MayAct)
            throw NoLease();
        // Storage takes the fencing token from the context: also where the grain has left its own with ConfigureAwait(false).
        var outer = SynchronizationContext.Current;
        if (outer == _activation)
            return _storage.WriteStateAsync(_name, _activation.GrainId, _state, cancellationToken);
        SynchronizationContext.SetSynchronizationContext(_activation);
        try
        {
            return _storage.WriteStateAsync(_name, _activation.GrainId, _state, cancellationToken);
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(outer);
        }
    }

    public async Task ClearStateAsync(CancellationToken cancellationToken)
    {
        if (!_activation.Node.MayAct)
            throw NoLease();
        await _storage.ClearStateAsync(_name, _activation.GrainId, _state, cancellationToken);
        _state.State ??= NewState();
    }

    Task ILifecycleObserver.OnStart(CancellationToken cancellationToken) => ReadStateAsync(cancellationToken);
    Task ILifecycleObserver.OnStop(CancellationToken cancellationToken) => Task.CompletedTask;

    private InconsistentStateException NoLease() => new($"{_activation.GrainId} may not write: its silo lost its lease.");

    private static TState NewState() => typeof(TState).IsValueType || typeof(TState) == typeof(string) || typeof(TState).GetConstructor(Type.EmptyTypes) is null
        ? default!
        : Activator.CreateInstance<TState>();
}
