using System.Collections.Concurrent;
using Nsn.Engine.Runtime.Scheduling;

namespace Nsn.Engine.Runtime.Transport;

/// <summary>
/// Connects silos and clients that live in one process: frames are the same bytes that would go over a wire, and as on a wire those from one peer to another arrive in
/// the order in which they were sent.
/// </summary>
public sealed class InProcessNetwork(ITurnScheduler scheduler)
{
    private readonly ConcurrentDictionary<SiloAddress, Endpoint> _endpoints = new();

    public ITransport CreateTransport() => new Endpoint(this);

    /// <summary>Cuts a peer off at once, as a killed process would be.</summary>
    public void Kill(SiloAddress address)
    {
        if (!_endpoints.TryRemove(address, out _))
            return;
        foreach (var other in _endpoints.Values)
            other.Disconnected(address);
    }

    private sealed class Endpoint(InProcessNetwork network) : ITransport
    {
        private readonly ConcurrentDictionary<Endpoint, Connection> _connections = new();
        private SiloAddress? _local;
        private ITransportHandler? _handler;

        public Task StartAsync(SiloAddress local, ITransportHandler handler, CancellationToken cancellationToken)
        {
            _local = local;
            _handler = handler;
            network._endpoints[local] = this;
            return Task.CompletedTask;
        }

        public SendResult Send(SiloAddress target, Writer frame)
        {
            if (_local is null || !network._endpoints.ContainsKey(_local) || !network._endpoints.TryGetValue(target, out var peer))
            {
                frame.Dispose();
                return SendResult.Unreachable;
            }

            var connection = _connections.TryGetValue(peer, out var known) ? known : _connections.GetOrAdd(peer, static (to, of) => new Connection(of, to), network);
            connection.Send(_local, frame);
            return SendResult.Queued;
        }

        public void Deliver(SiloAddress from, Writer frame) => _handler!.OnFrame(from, frame.Buffer, 0, frame.Length);

        public void Disconnected(SiloAddress peer)
        {
            foreach (var (other, connection) in _connections)
            {
                if (peer.Equals(other._local))
                    _connections.TryRemove(KeyValuePair.Create(other, connection));
            }

            _handler?.OnDisconnected(peer, "the process is gone");
        }

        public ValueTask DisposeAsync()
        {
            if (_local is not null)
                network.Kill(_local);
            return ValueTask.CompletedTask;
        }
    }

    /// <summary>The frames on their way from one endpoint to another; one thread at a time delivers them.</summary>
    private sealed class Connection(InProcessNetwork network, Endpoint target) : IThreadPoolWorkItem
    {
        private const int FramesPerTurn = 64;
        private readonly ConcurrentQueue<(SiloAddress From, Writer Frame)> _frames = new();
        private int _waiting;

        public void Send(SiloAddress from, Writer frame)
        {
            _frames.Enqueue((from, frame));
            if (Interlocked.Increment(ref _waiting) == 1)
                network.Schedule(this);
        }

        public void Execute()
        {
            var delivered = 0;
            while (delivered < FramesPerTurn && _frames.TryDequeue(out var next))
            {
                delivered++;
                if (network._endpoints.ContainsKey(next.From))
                    target.Deliver(next.From, next.Frame);
                next.Frame.Dispose();
            }

            if (Interlocked.Add(ref _waiting, -delivered) > 0)
                network.Schedule(this);
        }
    }

    private void Schedule(IThreadPoolWorkItem delivery) => scheduler.Schedule(delivery);
}
