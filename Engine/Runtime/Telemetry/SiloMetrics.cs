using System.Diagnostics.Metrics;
using Nsn.Engine.Runtime.Silos;

namespace Nsn.Engine.Runtime.Telemetry;

/// <summary>The figures of a silo. Without a meter factory, as in the simulation, nothing is measured.</summary>
internal sealed class SiloMetrics
{
    private readonly Counter<long>? _expired;
    private readonly Counter<long>? _fences;
    private readonly Counter<long>? _shed;
    private readonly Histogram<double>? _renewals;

    public SiloMetrics(Silo silo, IMeterFactory? factory)
    {
        if (factory is null)
            return;
        var meter = factory.Create(EngineTelemetry.MeterName);
        meter.CreateObservableGauge("nsn.engine.activations", () => silo.ActivationCount, "{activation}", "Grains that are active on the silo.");
        meter.CreateObservableGauge("nsn.engine.calls.pending", () => silo.PendingCalls, "{call}", "Calls to other processes that wait for an answer.");
        meter.CreateObservableGauge("nsn.engine.lease.held", () => silo.MayAct ? 1 : 0, "1", "Whether the silo may act.");
        meter.CreateObservableGauge("nsn.engine.silos", () => silo.View.Silos.Length, "{silo}", "Living silos, as this one sees it.");
        _expired = meter.CreateCounter<long>("nsn.engine.calls.expired", "{call}", "Calls that had no answer in time.");
        _fences = meter.CreateCounter<long>("nsn.engine.fences", "{fence}", "Times the silo lost its lease, dropped its grains and joined again.");
        _shed = meter.CreateCounter<long>("nsn.engine.calls.shed", "{call}", "Calls of clients that were refused for load.");
        _renewals = meter.CreateHistogram<double>("nsn.engine.lease.renewal.duration", "s", "How long the judge took to renew the lease.");
    }

    public void CallsExpired(int count) => _expired?.Add(count);
    public void Fenced() => _fences?.Add(1);
    public void CallShed() => _shed?.Add(1);
    public void Renewed(TimeSpan duration) => _renewals?.Record(duration.TotalSeconds);
}
