using Nsn.Engine.Runtime.Activations;
using Nsn.Engine.Runtime.Grains;

namespace Nsn.Engine.Runtime.Silos;

/// <summary>The activations of one stateless worker on this silo.</summary>
internal sealed class WorkerPool(Silo silo, GrainClass grainClass, GrainId id)
{
    private readonly Lock _gate = new();
    private Activation[] _workers = [];
    private bool _closed;

    public int Count => _workers.Length;
    public IEnumerable<Activation> All => _workers;

    /// <summary>An idle worker, a new one, or the least busy; null when the pool is closed because its last worker has ended.</summary>
    public Activation? Choose()
    {
        var best = LeastBusy();
        if (best is not null && (best.IsIdle || _workers.Length >= grainClass.LocalWorkersMax))
            return best;
        lock (_gate)
        {
            best = LeastBusy();
            if (best is not null && (best.IsIdle || _workers.Length >= grainClass.LocalWorkersMax))
                return best;
            if (_closed)
                return null;
            var worker = new Activation(silo, grainClass, id.Key);
            _workers = [.. _workers, worker];
            worker.Activate(null);
            return worker;
        }
    }

    /// <summary>Takes a worker out that has ended. True when it was the last: the pool is closed then.</summary>
    public bool Remove(Activation worker)
    {
        lock (_gate)
        {
            _workers = [.. _workers.Where(other => other != worker)];
            return _closed = _workers.Length == 0;
        }
    }

    private Activation? LeastBusy()
    {
        Activation? best = null;
        foreach (var worker in _workers)
        {
            if (!worker.IsAcceptingWork)
                continue;
            if (worker.IsIdle)
                return worker;
            if (best is null || worker.Load < best.Load)
                best = worker;
        }

        return best;
    }
}
