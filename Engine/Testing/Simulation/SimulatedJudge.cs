using System.Collections.Immutable;
using Nsn.Engine.Runtime.Cluster;

namespace Nsn.Engine.Testing.Simulation;

/// <summary>Judge and directory with the contract of the PostgreSQL ones: leases by its own clock, takeover only from the dead, epochs that grow.</summary>
public sealed class SimulatedJudge(SimulatedWorld world, PlantedBug bug) : IClusterJudge
{
    public static readonly TimeSpan Lease = TimeSpan.FromSeconds(10);

    private readonly Dictionary<SiloAddress, (SiloInfo Info, TimeSpan Until)> _silos = [];
    private readonly Dictionary<GrainId, GrainAddress> _owners = [];
    private readonly HashSet<SiloAddress> _dead = [];
    private long _version;

    /// <summary>The judge is polled here; nothing is pushed.</summary>
    public event Action? Changed
    {
        add { }
        remove { }
    }

    /// <summary>Whether requests fail, as those to a database that is down.</summary>
    public bool IsDown { get; set; }

    public async ValueTask<LeaseRenewal> JoinAsync(SiloInfo self, CancellationToken cancellationToken)
    {
        await Latency();
        _silos[self.Address] = (self, world.Now + Lease);
        _version++;
        return new LeaseRenewal(true, Lease, View());
    }

    public async ValueTask<LeaseRenewal> RenewAsync(SiloInfo self, CancellationToken cancellationToken)
    {
        await Latency();
        Expire();
        if (!_silos.TryGetValue(self.Address, out var known))
            return new LeaseRenewal(false, null, View());
        if (known.Info.Status != self.Status)
            _version++;
        _silos[self.Address] = (self, world.Now + Lease);
        return new LeaseRenewal(true, Lease, View());
    }

    public async ValueTask LeaveAsync(SiloAddress self, CancellationToken cancellationToken)
    {
        await Latency();
        if (_silos.Remove(self))
            _version++;
        _dead.Add(self);
    }

    public async ValueTask<ClusterView> ReadAsync(CancellationToken cancellationToken)
    {
        await Latency();
        Expire();
        return View();
    }

    /// <summary>The directory as one silo uses it.</summary>
    internal IGrainDirectory DirectoryFor(SimulatedProcess process) => new Directory(this, process);

    private async Task Latency()
    {
        var done = new TaskCompletionSource();
        // The judge is a machine of its own: it answers whatever happens to who asked.
        _machine ??= new SimulatedProcess(world, "judge");
        var delay = world.Between(1, 10);
        _machine.Run(done.SetResult, delay);
        await done.Task;
        if (IsDown)
            throw new IOException("The judge cannot be reached.");
    }

    private SimulatedProcess? _machine;

    private void Expire()
    {
        var grace = bug == PlantedBug.TakeoverBeforeExpiry ? TimeSpan.FromSeconds(8) : TimeSpan.Zero;
        foreach (var (address, silo) in _silos.ToArray())
        {
            if (silo.Until - grace < world.Now)
            {
                _silos.Remove(address);
                _dead.Add(address);
                _version++;
            }
        }
    }

    private ClusterView View() => new(_version, [.. _silos.Values.Select(silo => silo.Info).OrderBy(silo => silo.Name, StringComparer.Ordinal)]);

    private sealed class Directory(SimulatedJudge judge, SimulatedProcess process) : IGrainDirectory
    {
        private readonly Dictionary<GrainId, GrainAddress> _remembered = [];

        public async ValueTask<GrainAddress?> LookupAsync(GrainId grainId, CancellationToken cancellationToken)
        {
            await judge.Latency();
            return judge._owners.GetValueOrDefault(grainId);
        }

        public async ValueTask<GrainAddress> RegisterAsync(GrainAddress proposed, CancellationToken cancellationToken)
        {
            if (judge.Bug == PlantedBug.StaleDirectoryCache && _remembered.TryGetValue(proposed.GrainId, out var known) && known.SiloAddress.Equals(proposed.SiloAddress))
                return known;
            await judge.Latency();
            judge.Expire();
            if (!judge._silos.ContainsKey(proposed.SiloAddress))
                throw new SiloUnavailableException($"{process.Name} is not a member.");
            var current = judge._owners.GetValueOrDefault(proposed.GrainId);
            if (current?.SiloAddress is { } owner && !owner.Equals(proposed.SiloAddress) && judge._silos.ContainsKey(owner))
                return current;
            var mine = new GrainAddress { GrainId = proposed.GrainId, SiloAddress = proposed.SiloAddress, ActivationId = proposed.ActivationId, Epoch = (current?.Epoch ?? 0) + 1 };
            judge._owners[proposed.GrainId] = mine;
            _remembered[proposed.GrainId] = mine;
            return mine;
        }

        public async ValueTask UnregisterAsync(GrainAddress address, CancellationToken cancellationToken)
        {
            await judge.Latency();
            if (judge._owners.TryGetValue(address.GrainId, out var current) && current.Epoch == address.Epoch)
                judge._owners[address.GrainId] = new GrainAddress { GrainId = address.GrainId, SiloAddress = s_nobody, Epoch = address.Epoch };
        }
    }

    private static readonly SiloAddress s_nobody = SiloAddress.Zero;
    private PlantedBug Bug => bug;
}
