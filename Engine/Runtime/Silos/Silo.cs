using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Nsn.Engine.Runtime.Activations;
using Nsn.Engine.Runtime.Cluster;
using Nsn.Engine.Runtime.Grains;
using Nsn.Engine.Runtime.Placement;
using Nsn.Engine.Runtime.Telemetry;
using Nsn.Engine.Runtime.Transport;
using Orleans.Configuration;
using Orleans.Statistics;

namespace Nsn.Engine.Runtime.Silos;

/// <summary>A process that hosts grains.</summary>
/// <remarks>Split by topic: this file is the beginning and the end, <c>Silo.Routing.cs</c> where calls go, <c>Silo.Catalog.cs</c> the activations.</remarks>
internal sealed partial class Silo : Node, IActivationOwner, ILocalSiloDetails, ISiloFigureCache
{
    private static readonly TimeSpan s_leaveLimit = TimeSpan.FromSeconds(10);
    private readonly IClusterJudge _judge;
    private readonly IGrainDirectory _directory;
    private readonly GrainClassMap _classes;
    private readonly PlacementService _placement;
    private readonly GrainCollectionOptions _collection;
    private readonly EndpointOptions _endpoints;
    private readonly ISiloFigureSource[] _figures;
    private readonly ConcurrentDictionary<ISiloFigureSource, bool> _failingFigures = new();
    private readonly SiloRole _role;
    private readonly SiloLifecycle _lifecycle;
    private Membership _membership;
    private SiloStatus _status = SiloStatus.Created;
    private int _generation;
    private double _began;
    private volatile bool _rejoining;
    private volatile bool _refuses = true; // before it has joined, and from the moment its activations are dropped

    public Silo(IServiceProvider services, ITransport transport, IClusterJudge judge, IGrainDirectory directory, GrainClassMap classes, SiloLifecycle lifecycle)
        : base(services, transport, services.GetRequiredService<IOptions<SiloMessagingOptions>>().Value)
    {
        _judge = judge;
        _directory = directory;
        _classes = classes;
        _lifecycle = lifecycle;
        var cluster = services.GetRequiredService<IOptions<ClusterOptions>>().Value;
        var messaging = services.GetRequiredService<IOptions<SiloMessagingOptions>>().Value;
        _collection = services.GetRequiredService<IOptions<GrainCollectionOptions>>().Value;
        _endpoints = services.GetRequiredService<IOptions<EndpointOptions>>().Value;
        _role = services.GetService<SiloRole>() ?? new SiloRole(null, ImmutableDictionary<string, string>.Empty);
        _figures = [.. services.GetServices<ISiloFigureSource>()];
        ClusterId = cluster.ClusterId;
        QueueLimit = messaging.MaxEnqueuedRequestsHardLimit > 0 ? messaging.MaxEnqueuedRequestsHardLimit : int.MaxValue;
        _forwardsMax = messaging.MaxForwardCount;
        ActivationTimeout = _collection.ActivationTimeout;
        DeactivationTimeout = _collection.DeactivationTimeout;
        _began = UnixSeconds();
        Address = NewAddress();
        Name = services.GetRequiredService<IOptions<SiloOptions>>().Value.SiloName ?? $"silo-{Address.Endpoint.Port}";
        _shedding = services.GetRequiredService<IOptions<LoadSheddingOptions>>().Value;
        _environment = services.GetService<IEnvironmentStatisticsProvider>();
        Metrics = new SiloMetrics(this, services.GetService<IMeterFactory>());
        _placement = new PlacementService(services, () => Address, () => View);
        _membership = NewMembership();
    }

    public SiloMetrics Metrics { get; }
    public string Name { get; }
    public string ClusterId { get; }
    public string DnsHostName => Environment.MachineName;
    public SiloAddress SiloAddress => Address;
    public SiloAddress GatewayAddress => SiloAddress.New(Address.Endpoint.Address, _endpoints.GatewayPort, Address.Generation);
    public ClusterView View => _membership.View;
    public Membership Membership => _membership;
    public GrainClassMap Classes => _classes;
    public SiloStatus Status => _status;
    public override bool MayAct => _membership.HoldsLease;
    public override bool MustWait => !_refuses && !_membership.HoldsLease;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        StartClock();
        await Transport.StartAsync(Address, this, cancellationToken);
        _status = SiloStatus.Active;
        await _membership.JoinAsync(cancellationToken);
        _refuses = false;
        await _lifecycle.StartAsync(cancellationToken);
        StartCollecting();
        SiloLog.Active(Logger, Address);
    }

    /// <summary>Hands activations over and leaves: calls that were accepted are answered, new ones find other silos.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_status is SiloStatus.Dead or SiloStatus.Created)
            return;
        _status = SiloStatus.ShuttingDown;
        StopCollecting();
        await _membership.RenewAsync();
        SendClientsAway();
        try
        {
            await _lifecycle.StopAsync(cancellationToken);
            await DeactivateAllAsync(cancellationToken);
            await DrainAsync(cancellationToken);
        }
        finally
        {
            _status = SiloStatus.Dead;
            _refuses = true;
            try
            {
                // A judge that cannot be told finds out by itself when the lease has run out: nothing waits for that here.
                using var limit = new CancellationTokenSource(s_leaveLimit, TimeProvider);
                await _membership.LeaveAsync(limit.Token);
            }
            catch (Exception exception)
            {
                SiloLog.LeaveFailed(Logger, Address, exception);
            }

            StopClock();
            await Transport.DisposeAsync();
            SiloLog.Stopped(Logger, Address);
        }
    }

    /// <summary>Ends as a killed process does: nothing is said to anybody.</summary>
    public async Task KillAsync()
    {
        _status = SiloStatus.Dead;
        StopCollecting();
        StopClock();
        _membership.Dispose();
        await Transport.DisposeAsync();
        DropAll("The silo was killed.");
        _refuses = true;
    }

    private SiloAddress NewAddress() => SiloAddress.New(_endpoints.AdvertisedIPAddress, _endpoints.SiloPort, NewGeneration());

    /// <summary>A number that no earlier incarnation had; on virtual time the same whenever the same history runs.</summary>
    private int NewGeneration() => TimeProvider == TimeProvider.System
        ? SiloAddress.AllocateNewGeneration()
        : _generation = Math.Max(_generation + 1, (int)(TimeProvider.GetUtcNow() - DateTimeOffset.UnixEpoch).TotalSeconds);

    private double UnixSeconds() => (TimeProvider.GetUtcNow() - DateTimeOffset.UnixEpoch).TotalSeconds;

    private Membership NewMembership() => new(_judge, TimeProvider, Logger, Describe, OnViewChanged, OnFenced) { Renewed = Metrics.Renewed };

    private SiloInfo Describe()
    {
        var figures = ImmutableDictionary.CreateBuilder<string, double>();
        figures[SiloFigures.Activations] = ActivationCount;
        figures[SiloFigures.GatewayPort] = _endpoints.GatewayPort;
        figures[SiloFigures.StartedSeconds] = _began;
        figures[SiloFigures.PublishedSeconds] = UnixSeconds();
        if (ProcessorPercent is { } processors && float.IsFinite(processors))
            figures[SiloFigures.ProcessorPercent] = processors;
        var memory = GC.GetGCMemoryInfo();
        figures[SiloFigures.MemoryBytes] = Environment.WorkingSet;
        figures[SiloFigures.MemoryAvailableBytes] = Math.Max(0, memory.TotalAvailableMemoryBytes - memory.MemoryLoadBytes);
        foreach (var source in _figures)
            AddFigures(source, figures);
        return new SiloInfo(Address, Name, _role.Name, _role.Metadata, figures.ToImmutable(), _status);
    }

    /// <summary>A source of the application that fails costs its own figures, never the lease.</summary>
    private void AddFigures(ISiloFigureSource source, ImmutableDictionary<string, double>.Builder figures)
    {
        try
        {
            foreach (var (name, value) in source.GetFigures())
                figures[name] = value;
            _failingFigures.TryRemove(source, out _);
        }
        catch (Exception exception)
        {
            if (_failingFigures.TryAdd(source, true)) // it is asked every second: said once, until it works again
                SiloLog.FiguresFailed(Logger, source.GetType().FullName!, exception);
        }
    }

    private void OnViewChanged(ClusterView before, ClusterView after)
    {
        foreach (var silo in before.Silos)
        {
            if (after.Find(silo.Address) is null && !silo.Address.Equals(Address))
                OnDisconnected(silo.Address, "it is no longer a member");
        }

        if (!_clients.IsEmpty)
            _ = KeepClientsReachableAsync();
        ViewChanged?.Invoke();
    }

    /// <summary>Raised after the cluster changed.</summary>
    public event Action? ViewChanged;

    /// <summary>The lease is gone: others may own the grains now. Everything is dropped unsaid, and the process joins again as a new incarnation.</summary>
    private void OnFenced(string reason)
    {
        if (_status is SiloStatus.Dead or SiloStatus.ShuttingDown || _rejoining)
            return;
        _rejoining = true;
        Metrics.Fenced();
        SiloLog.Fenced(Logger, Address, reason);
        _ = RejoinAsync();
    }

    private async Task RejoinAsync()
    {
        DropAll("The silo lost its lease.");
        _refuses = true;
        while (_status == SiloStatus.Active)
        {
            try
            {
                Address = NewAddress();
                _began = UnixSeconds();
                _membership = NewMembership();
                await Transport.StartAsync(Address, this, CancellationToken.None);
                await _membership.JoinAsync(CancellationToken.None);
                _refuses = false;
                SiloLog.Active(Logger, Address);
                break;
            }
            catch (Exception exception)
            {
                SiloLog.RenewFailed(Logger, Address, exception);
                await Task.Delay(Membership.RenewInterval, TimeProvider);
            }
        }

        _rejoining = false;
    }

    public IReadOnlyDictionary<string, double> GetFigures(SiloAddress silo) => View.Find(silo)?.Figures ?? ImmutableDictionary<string, double>.Empty;
}
