using System.Collections.Concurrent;
using Nsn.Engine.Runtime.Scheduling;

namespace Nsn.Engine.Runtime.Transport;

/// <summary>Connects silos and clients that live in one process: frames are the same bytes that would go over a wire.</summary>
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
        private SiloAddress? _local;
        private ITransportHandler? _handler;

        public Task StartAsync(SiloAddress local, ITransportHandler handler, CancellationToken cancellationToken)
        {
            _local = local;
            _handler = handler;
            network._endpoints[local] = this;
            return Task.CompletedTask;
        }

        public bool TrySend(SiloAddress target, Writer frame)
        {
            if (_local is null || !network._endpoints.ContainsKey(_local) || !network._endpoints.TryGetValue(target, out var peer))
            {
                frame.Dispose();
                return false;
            }

            network.Schedule(new Delivery(network, peer, _local, frame));
            return true;
        }

        public void Deliver(SiloAddress from, Writer frame)
        {
            _handler!.OnFrame(from, frame.Buffer, 0, frame.Length);
            frame.Dispose();
        }

        public void Disconnected(SiloAddress peer) => _handler?.OnDisconnected(peer, "the process is gone");

        public ValueTask DisposeAsync()
        {
            if (_local is not null)
                network.Kill(_local);
            return ValueTask.CompletedTask;
        }
    }

    private void Schedule(Delivery delivery) => scheduler.Schedule(delivery);

    private sealed class Delivery(InProcessNetwork network, Endpoint target, SiloAddress from, Writer frame) : IThreadPoolWorkItem
    {
        public void Execute()
        {
            if (network._endpoints.ContainsKey(from))
                target.Deliver(from, frame);
            else
                frame.Dispose();
        }
    }
}
