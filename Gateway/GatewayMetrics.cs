using System.Diagnostics;
using System.Diagnostics.Metrics;
using Nsn.Grains.Channels;

namespace Nsn.Gateway;

/// <summary>Figures of a gateway, meter "Nsn.Gateway" (docs/telemetry.md).</summary>
internal sealed class GatewayMetrics
{
    // People look in for seconds, or watch for hours.
    private static readonly InstrumentAdvice<double> s_visits = new() { HistogramBucketBoundaries = [1, 5, 15, 60, 300, 900, 3600, 10_800, 43_200] };

    // Work begins two to twelve slots ahead of air; a negative lead came too late.
    private static readonly InstrumentAdvice<double> s_leads = new() { HistogramBucketBoundaries = [-8, -4, -1, 0, 1, 2, 4, 6, 8, 12, 16, 24, 48, 96] };
    private readonly Counter<long> _certified;
    private readonly Counter<long> _filler;
    private readonly Counter<double> _fillerTime;
    private readonly Counter<long> _sent;
    private readonly UpDownCounter<long> _viewers;
    private readonly Counter<long> _sessions;
    private readonly Histogram<double> _visits;
    private readonly Histogram<double> _lead;
    private int _viewerCount;

    public GatewayMetrics(IMeterFactory meters)
    {
        var meter = meters.Create("Nsn.Gateway");
        _certified = meter.CreateCounter<long>("nsn.gateway.slots.certified", "{slot}", "Certified slots whose bytes were fetched and checked");
        _filler = meter.CreateCounter<long>("nsn.gateway.slots.filler", "{slot}", "Slots that went on air with filler");
        _fillerTime = meter.CreateCounter<double>("nsn.gateway.filler.duration", "s", "Time for which filler was on air");
        _sent = meter.CreateCounter<long>("nsn.gateway.sent", "By", "Bytes of frames sent to players");
        _viewers = meter.CreateUpDownCounter<long>("nsn.gateway.viewers", "{viewer}", "Players connected");
        _sessions = meter.CreateCounter<long>("nsn.gateway.sessions", "{session}", "Sessions of players that began");
        _visits = meter.CreateHistogram("nsn.gateway.session.duration", "s", "How long a player was connected", tags: null, s_visits);
        _lead = meter.CreateHistogram("nsn.gateway.slot.lead", "s", "Time between a slot's bytes being here and its going on air", tags: null, s_leads);
    }

    /// <summary>Players connected now.</summary>
    public int Viewers => Volatile.Read(ref _viewerCount);

    public void SlotArrived(SlotEntry entry, DateTimeOffset now)
    {
        _certified.Add(1);
        _lead.Record((entry.AirsAt - now).TotalSeconds);
    }

    public void Filler(TimeSpan onAir)
    {
        _filler.Add(1);
        _fillerTime.Add(onAir.TotalSeconds);
    }

    public void Sent(int bytes, string transport) => _sent.Add(bytes, new KeyValuePair<string, object?>("transport", transport));

    /// <summary>A player has come.</summary>
    /// <param name="transport">"webrtc", "whep" or "http".</param>
    /// <param name="isKnown">Whether it goes on with a session that it had.</param>
    /// <returns>When, for <see cref="Left"/>.</returns>
    public long Joined(string transport, bool isKnown = false)
    {
        Interlocked.Increment(ref _viewerCount);
        _viewers.Add(1, new KeyValuePair<string, object?>("transport", transport));
        _sessions.Add(1, new("transport", transport), new("resumed", isKnown));
        return Stopwatch.GetTimestamp();
    }

    /// <summary>A player is gone.</summary>
    public void Left(string transport, long since)
    {
        Interlocked.Decrement(ref _viewerCount);
        _viewers.Add(-1, new KeyValuePair<string, object?>("transport", transport));
        _visits.Record(Stopwatch.GetElapsedTime(since).TotalSeconds, new KeyValuePair<string, object?>("transport", transport));
    }
}
