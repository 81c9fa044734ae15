using System.Collections.Immutable;
using Nsn.Engine.Runtime.Cluster;

namespace Nsn.Engine.Testing.Simulation;

/// <summary>
/// Judge and directory with the contract of the PostgreSQL ones: leases by its own clock, sessions that end with their process, takeover only from the dead, epochs that grow.
/// </summary>
public sealed class SimulatedJudge(SimulatedWorld world, PlantedBug bug)
{
    public static readonly TimeSpan Lease = TimeSpan.FromSeconds(10);
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_requestTimeout = TimeSpan.FromSeconds(5);

    private readonly Dictionary<SiloAddress, Member> _silos = [];
    private readonly Dictionary<GrainId, GrainAddress> _owners = [];
    private readonly HashSet<SimulatedProcess> _cut = [];
    private long _version;

    /// <summary>Whether requests are refused at once, as those to a database that is down.</summary>
    public bool IsDown { get; set; }

    /// <summary>The judge as one silo sees it.</summary>
    internal IClusterJudge JudgeFor(SimulatedProcess process) => new Connection(this, process);

    /// <summary>Requests of a process time out; its session may be gone at once, or stay because nobody noticed.</summary>
    public void Cut(SimulatedProcess process, bool losesSession)
    {
        _cut.Add(process);
        if (losesSession)
        {
            foreach (var silo in _silos.Values.Where(silo => silo.Process == process))
                silo.SessionLostAt ??= world.Now;
        }
    }

    public void HealAll() => _cut.Clear();

    /// <summary>The directory as one silo uses it.</summary>
    internal IGrainDirectory DirectoryFor(SimulatedProcess process) => new Directory(this, process);

    private async Task Latency(SimulatedProcess asking)
    {
        var done = new TaskCompletionSource();
        // The judge is a machine of its own: it answers whatever happens to who asked.
        _machine ??= new SimulatedProcess(world, "judge");
        var isCut = _cut.Contains(asking);
        _machine.Run(done.SetResult, isCut ? s_requestTimeout : world.Between(1, 10));
        await done.Task;
        if (IsDown)
            throw new JudgeDownException(new IOException("Nobody listens there."));
        if (isCut)
            throw new IOException("The judge cannot be reached.");
    }

    private SimulatedProcess? _machine;

    private void Expire()
    {
        var grace = bug == PlantedBug.TakeoverBeforeExpiry ? TimeSpan.Zero : Grace;
        foreach (var (address, silo) in _silos.ToArray())
        {
            if (silo.Process.HasCrashed)
                silo.SessionLostAt ??= world.Now;
            if (silo.Until < world.Now || silo.SessionLostAt + grace < world.Now)
            {
                _silos.Remove(address);
                _version++;
            }
        }
    }

    private ClusterView View() => new(_version, [.. _silos.Values.Select(silo => silo.Info).OrderBy(silo => silo.Name, StringComparer.Ordinal)]);

    private LeaseRenewal Grant() => bug == PlantedBug.LeaseTooLong
        ? new LeaseRenewal(true, Lease * 3, View())
        : new LeaseRenewal(true, Lease, View(), Grace, _silos.Values.Min(silo => silo.SessionLostAt) + Grace - world.Now);

    /// <summary>What the judge knows of an incarnation.</summary>
    private sealed class Member(SimulatedProcess process, SiloInfo info)
    {
        public SimulatedProcess Process => process;
        public SiloInfo Info { get; set; } = info;
        public TimeSpan Until { get; set; }
        public TimeSpan? SessionLostAt { get; set; }
    }

    private sealed class Connection(SimulatedJudge judge, SimulatedProcess process) : IClusterJudge
    {
        /// <summary>The judge is polled here; nothing is pushed.</summary>
        public event Action? Changed
        {
            add { }
            remove { }
        }

        public async ValueTask<LeaseRenewal> JoinAsync(SiloInfo self, CancellationToken cancellationToken)
        {
            await judge.Latency(process);
            judge._silos[self.Address] = new Member(process, self) { Until = judge.Now + Lease };
            judge._version++;
            return judge.Grant();
        }

        public async ValueTask<LeaseRenewal> RenewAsync(SiloInfo self, CancellationToken cancellationToken)
        {
            await judge.Latency(process);
            judge.Expire();
            if (!judge._silos.TryGetValue(self.Address, out var known))
                return new LeaseRenewal(false, null, judge.View());
            if (known.Info.Status != self.Status)
                judge._version++;
            known.Info = self;
            known.Until = judge.Now + Lease;
            known.SessionLostAt = null;
            return judge.Grant();
        }

        public async ValueTask LeaveAsync(SiloAddress self, CancellationToken cancellationToken)
        {
            await judge.Latency(process);
            if (judge._silos.Remove(self))
                judge._version++;
        }

        public async ValueTask<ClusterView> ReadAsync(CancellationToken cancellationToken)
        {
            await judge.Latency(process);
            judge.Expire();
            return judge.View();
        }
    }

    private sealed class Directory(SimulatedJudge judge, SimulatedProcess process) : IGrainDirectory
    {
        private readonly Dictionary<GrainId, GrainAddress> _remembered = [];

        public async ValueTask<GrainAddress?> LookupAsync(GrainId grainId, CancellationToken cancellationToken)
        {
            if (judge.Bug == PlantedBug.StaleDirectoryCache && _remembered.TryGetValue(grainId, out var known))
                return known;
            await judge.Latency(process);
            return judge._owners.GetValueOrDefault(grainId);
        }

        public async ValueTask<GrainAddress> RegisterAsync(GrainAddress proposed, CancellationToken cancellationToken)
        {
            if (judge.Bug == PlantedBug.StaleDirectoryCache && _remembered.TryGetValue(proposed.GrainId, out var known) && known.SiloAddress.Equals(proposed.SiloAddress))
                return known;
            await judge.Latency(process);
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
            await judge.Latency(process);
            if (judge._owners.TryGetValue(address.GrainId, out var current) && current.Epoch == address.Epoch)
                judge._owners[address.GrainId] = new GrainAddress { GrainId = address.GrainId, SiloAddress = s_nobody, Epoch = address.Epoch };
        }
    }

    private static readonly SiloAddress s_nobody = SiloAddress.Zero;
    private PlantedBug Bug => bug;
    private TimeSpan Now => world.Now;
}
