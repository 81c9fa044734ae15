using Nsn.Engine.Runtime.Transport;
using Nsn.Engine.Serialization;

namespace Nsn.Engine.Testing.Simulation;

/// <summary>Carries frames with delay, in order between two processes; partitions cut pairs off until they heal.</summary>
public sealed class SimulatedNetwork(SimulatedWorld world)
{
    private readonly Dictionary<SiloAddress, Endpoint> _endpoints = [];
    private readonly HashSet<(string, string)> _cuts = [];
    private readonly Dictionary<(string, string), TimeSpan> _lastArrival = [];

    internal ITransport CreateTransport(SimulatedProcess process) => new Endpoint(this, process);

    public void Cut(SimulatedProcess one, SimulatedProcess other) => _cuts.Add(Key(one, other));
    public void HealAll() => _cuts.Clear();

    private static (string, string) Key(SimulatedProcess one, SimulatedProcess other) =>
        string.CompareOrdinal(one.Name, other.Name) < 0 ? (one.Name, other.Name) : (other.Name, one.Name);

    private sealed class Endpoint(SimulatedNetwork network, SimulatedProcess process) : ITransport
    {
        private SiloAddress _local = SiloAddress.Zero;
        private ITransportHandler? _handler;

        public Task StartAsync(SiloAddress local, ITransportHandler handler, CancellationToken cancellationToken)
        {
            network._endpoints.Remove(_local);
            _local = local;
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
            var from = _local;
            var arrival = network.ArrivalOf(process, peer.Process);
            peer.Process.Run(() => peer._handler!.OnFrame(from, bytes, 0, bytes.Length), arrival);
            return SendResult.Queued;
        }

        private SimulatedProcess Process => process;

        public ValueTask DisposeAsync()
        {
            network._endpoints.Remove(_local);
            return ValueTask.CompletedTask;
        }
    }

    private TimeSpan ArrivalOf(SimulatedProcess from, SimulatedProcess to)
    {
        var arrival = world.Now + world.Between(1, 20);
        if (_lastArrival.TryGetValue((from.Name, to.Name), out var last) && last >= arrival)
            arrival = last + TimeSpan.FromTicks(1);
        _lastArrival[(from.Name, to.Name)] = arrival;
        return arrival - world.Now;
    }
}
