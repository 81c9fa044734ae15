using Nsn.Engine.Runtime.Transport;
using Nsn.Engine.Serialization;

namespace Nsn.Engine.Testing.Simulation;

/// <summary>
/// Carries frames with delay, in order between two processes, on one connection a pair. A connection that is lost takes along what was under way, and each side learns of it in
/// its own time; partitions cut pairs off until they heal. A silent one takes every frame and says nothing.
/// </summary>
public sealed class SimulatedNetwork(SimulatedWorld world, PlantedBug bug = PlantedBug.None)
{
    /// <summary>Of so many frames the planted bug loses one.</summary>
    private const int FramesForOneLost = 100;

    private const string LostReason = "the connection was lost";

    private readonly Dictionary<SiloAddress, Endpoint> _endpoints = [];
    private readonly HashSet<(string, string)> _cuts = [];
    private readonly HashSet<(string, string)> _silentCuts = [];
    private readonly Dictionary<(string, string), TimeSpan> _lastArrival = [];
    private readonly Dictionary<(string, string), Connection> _connections = [];

    internal ITransport CreateTransport(SimulatedProcess process) => new Endpoint(this, process);

    public void Cut(SimulatedProcess one, SimulatedProcess other) => _cuts.Add(Key(one, other));

    /// <summary>What the two send each other is lost from now on, and neither hears of it before this heals.</summary>
    public void CutSilently(SimulatedProcess one, SimulatedProcess other) => _silentCuts.Add(Key(one, other));

    public void HealAll()
    {
        _cuts.Clear();
        foreach (var pair in _silentCuts)
        {
            if (_connections.TryGetValue(pair, out var connection))
                Lose(connection); // what was lost leaves a hole that no connection goes on from
        }

        _silentCuts.Clear();
    }

    /// <summary>Loses the connection of a pair, if it has one; the next frame opens another.</summary>
    public void Drop(SimulatedProcess one, SimulatedProcess other)
    {
        if (_connections.TryGetValue(Key(one, other), out var connection))
            Lose(connection);
    }

    /// <summary>The connections of a process that is gone.</summary>
    internal void DropAll(SimulatedProcess process)
    {
        foreach (var connection in _connections.Values.Where(connection => connection.Joins(process)).ToList())
            Lose(connection);
    }

    private void Lose(Connection connection)
    {
        connection.IsLost = true;
        var (one, other) = connection.Ends;
        _connections.Remove(Key(one.Process, other.Process));
        one.LearnThatLost(other.Local, world.Between(1, 20));
        other.LearnThatLost(one.Local, world.Between(1, 20));
    }

    private static (string, string) Key(SimulatedProcess one, SimulatedProcess other) =>
        string.CompareOrdinal(one.Name, other.Name) < 0 ? (one.Name, other.Name) : (other.Name, one.Name);

    private sealed class Endpoint(SimulatedNetwork network, SimulatedProcess process) : ITransport
    {
        private ITransportHandler? _handler;

        public SiloAddress Local { get; private set; } = SiloAddress.Zero;
        public SimulatedProcess Process => process;

        public Task StartAsync(SiloAddress local, ITransportHandler handler, CancellationToken cancellationToken)
        {
            network._endpoints.Remove(Local);
            network.DropAll(process);
            Local = local;
            _handler = handler;
            network._endpoints[local] = this;
            return Task.CompletedTask;
        }

        public SendResult Send(SiloAddress target, Writer frame)
        {
            var bytes = frame.Written.ToArray();
            frame.Dispose();
            if (!network._endpoints.TryGetValue(target, out var peer) || peer.Process.HasCrashed || network._cuts.Contains(Key(process, peer.Process)))
                return SendResult.Unreachable;
            var from = Local;
            var connection = network.Between(this, peer);
            if (network._silentCuts.Contains(Key(process, peer.Process)) || network.LosesFrame())
                return SendResult.Queued;
            peer.Process.Run(
                () =>
                {
                    if (!connection.IsLost)
                        peer._handler!.OnFrame(from, bytes, 0, bytes.Length);
                },
                network.ArrivalOf(process, peer.Process));
            return SendResult.Queued;
        }

        public void LearnThatLost(SiloAddress peer, TimeSpan delay) => process.Run(() => _handler!.OnDisconnected(peer, LostReason), delay);

        public ValueTask DisposeAsync()
        {
            network._endpoints.Remove(Local);
            network.DropAll(process);
            return ValueTask.CompletedTask;
        }
    }

    private bool LosesFrame() => bug == PlantedBug.LostAnswer && world.Random.Next(FramesForOneLost) == 0;

    private Connection Between(Endpoint one, Endpoint other)
    {
        var key = Key(one.Process, other.Process);
        return _connections.TryGetValue(key, out var open) ? open : _connections[key] = new Connection((one, other));
    }

    private TimeSpan ArrivalOf(SimulatedProcess from, SimulatedProcess to)
    {
        var arrival = world.Now + world.Between(1, 20);
        if (_lastArrival.TryGetValue((from.Name, to.Name), out var last) && last >= arrival)
            arrival = last + TimeSpan.FromTicks(1);
        _lastArrival[(from.Name, to.Name)] = arrival;
        return arrival - world.Now;
    }

    private sealed class Connection((Endpoint One, Endpoint Other) ends)
    {
        public (Endpoint One, Endpoint Other) Ends => ends;
        public bool IsLost { get; set; }

        public bool Joins(SimulatedProcess process) => ends.One.Process == process || ends.Other.Process == process;
    }
}
