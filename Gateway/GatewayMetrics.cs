using System.Diagnostics.Metrics;
using Nsn.Grains.Channels;

namespace Nsn.Gateway;

/// <summary>Figures of a gateway, meter "Nsn.Gateway".</summary>
internal sealed class GatewayMetrics
{
    private readonly Counter<long> _certified;
    private readonly Counter<long> _filler;
    private readonly Counter<long> _sent;
    private readonly UpDownCounter<long> _viewers;
    private readonly Histogram<double> _lead;
    private int _viewerCount;

    public GatewayMetrics(IMeterFactory meters)
    {
        var meter = meters.Create("Nsn.Gateway");
        _certified = meter.CreateCounter<long>("nsn.gateway.slots.certified", "{slot}", "Certified slots whose bytes were fetched and checked");
        _filler = meter.CreateCounter<long>("nsn.gateway.slots.filler", "{slot}", "Slots that went on air with filler");
        _sent = meter.CreateCounter<long>("nsn.gateway.sent", "By", "Bytes of frames sent to players");
        _viewers = meter.CreateUpDownCounter<long>("nsn.gateway.viewers", "{viewer}", "Players connected");
        _lead = meter.CreateHistogram<double>("nsn.gateway.slot.lead", "s", "Time between a slot's bytes being here and its going on air");
    }

    /// <summary>Players connected now.</summary>
    public int Viewers => Volatile.Read(ref _viewerCount);

    public void SlotArrived(SlotEntry entry, DateTimeOffset now)
    {
        _certified.Add(1);
        _lead.Record((entry.AirsAt - now).TotalSeconds);
    }

    public void Filler() => _filler.Add(1);

    public void Sent(int bytes, string transport) => _sent.Add(bytes, new KeyValuePair<string, object?>("transport", transport));

    public void Joined(string transport)
    {
        Interlocked.Increment(ref _viewerCount);
        _viewers.Add(1, new KeyValuePair<string, object?>("transport", transport));
    }

    public void Left(string transport)
    {
        Interlocked.Decrement(ref _viewerCount);
        _viewers.Add(-1, new KeyValuePair<string, object?>("transport", transport));
    }
}
