using System.Collections.Concurrent;
using System.Collections.Immutable;

namespace Nsn.Engine.Runtime.Cluster;

/// <summary>Judge and directory for silos that share a process. Its leases do not expire: it dies when they do.</summary>
public sealed class InMemoryCluster : IClusterJudge, IGrainDirectory
{
    private readonly ConcurrentDictionary<GrainId, GrainAddress> _owners = new();
    private readonly Lock _gate = new();
    private long _lastEpoch;
    private volatile ClusterView _view = ClusterView.Empty;

    public event Action? Changed;

    public ValueTask<LeaseRenewal> JoinAsync(SiloInfo self, CancellationToken cancellationToken)
    {
        Replace(silos => [.. silos.Where(silo => !silo.Address.Equals(self.Address)), self]);
        return new(new LeaseRenewal(true, null, _view));
    }

    public ValueTask<LeaseRenewal> RenewAsync(SiloInfo self, CancellationToken cancellationToken)
    {
        if (_view.Find(self.Address) is not { } known)
            return new(new LeaseRenewal(false, null, _view));
        if (known.Status != self.Status)
            Replace(silos => silos.Replace(known, self));
        else
            Update(known, self);
        return new(new LeaseRenewal(true, null, _view));
    }

    public ValueTask LeaveAsync(SiloAddress self, CancellationToken cancellationToken)
    {
        Declare(self);
        return ValueTask.CompletedTask;
    }

    /// <summary>Declares an incarnation dead; its grains may be taken over.</summary>
    public void Declare(SiloAddress dead) => Replace(silos => silos.RemoveAll(silo => silo.Address.Equals(dead)));

    public ValueTask<ClusterView> ReadAsync(CancellationToken cancellationToken) => new(_view);

    public ValueTask<GrainAddress?> LookupAsync(GrainId grainId, CancellationToken cancellationToken) =>
        new(_owners.TryGetValue(grainId, out var owner) ? owner : null);

    public ValueTask<GrainAddress> RegisterAsync(GrainAddress proposed, CancellationToken cancellationToken)
    {
        var mine = new GrainAddress
        {
            GrainId = proposed.GrainId,
            SiloAddress = proposed.SiloAddress,
            ActivationId = proposed.ActivationId,
            Epoch = Interlocked.Increment(ref _lastEpoch),
        };
        while (true)
        {
            if (_view.Find(proposed.SiloAddress) is null)
                throw new SiloUnavailableException($"{proposed.SiloAddress} is not a member and cannot own {proposed.GrainId}.");
            if (_owners.TryAdd(proposed.GrainId, mine))
                return new(mine);
            if (!_owners.TryGetValue(proposed.GrainId, out var current))
                continue;
            var alive = _view.Find(current.SiloAddress!) is not null;
            if (alive && !current.SiloAddress!.Equals(proposed.SiloAddress))
                return new(current);
            if (_owners.TryUpdate(proposed.GrainId, mine, current))
                return new(mine);
        }
    }

    public ValueTask UnregisterAsync(GrainAddress address, CancellationToken cancellationToken)
    {
        _owners.TryRemove(KeyValuePair.Create(address.GrainId, address));
        return ValueTask.CompletedTask;
    }

    private void Replace(Func<ImmutableArray<SiloInfo>, ImmutableArray<SiloInfo>> change)
    {
        lock (_gate)
            _view = new ClusterView(_view.Version + 1, change(_view.Silos));
        Changed?.Invoke();
    }

    private void Update(SiloInfo known, SiloInfo self)
    {
        lock (_gate)
            _view = _view with { Silos = _view.Silos.Replace(known, self) };
    }
}
