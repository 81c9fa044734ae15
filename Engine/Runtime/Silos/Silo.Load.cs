using Orleans.Configuration;
using Orleans.Statistics;

namespace Nsn.Engine.Runtime.Silos;

/// <content>How busy the silo is, and whom it refuses for that.</content>
internal sealed partial class Silo
{
    private const int TicksPerSample = 10;
    private readonly LoadSheddingOptions _shedding;
    private readonly IEnvironmentStatisticsProvider? _environment;
    private TimeSpan _processorTime;
    private long _sampledAt;
    private int _ticksSinceSample;
    private volatile bool _overloaded;

    /// <summary>
    /// Processor time of this process as a share of all processors, over about the last two seconds, or as a provider of the host's says; null before it is known.
    /// </summary>
    public float? ProcessorPercent { get; private set; }

    public bool IsOverloaded => _overloaded;

    protected override void OnTick()
    {
        if (++_ticksSinceSample < TicksPerSample)
            return;
        _ticksSinceSample = 0;
        SampleProcessors();
        _overloaded = _shedding.LoadSheddingEnabled && (ProcessorPercent > _shedding.CpuThreshold || MemoryPercent > _shedding.MemoryThreshold);
    }

    private void SampleProcessors()
    {
        if (_environment is not null)
        {
            ProcessorPercent = _environment.GetEnvironmentStatistics().FilteredCpuUsagePercentage;
            return;
        }

        var (now, used) = (TimeProvider.GetTimestamp(), Environment.CpuUsage.TotalTime);
        var elapsed = TimeProvider.GetElapsedTime(_sampledAt, now);
        if (_sampledAt != 0 && elapsed > TimeSpan.Zero)
        {
            var share = (float)Math.Clamp(100 * (used - _processorTime) / elapsed / Environment.ProcessorCount, 0, 100);
            ProcessorPercent = ProcessorPercent is { } before ? (before + share) / 2 : share;
        }

        (_sampledAt, _processorTime) = (now, used);
    }

    /// <summary>Memory in use as a share of what there is: of the machine or of the process's limit, or as a provider of the host's says.</summary>
    private double MemoryPercent
    {
        get
        {
            if (_environment is not null)
                return _environment.GetEnvironmentStatistics().MemoryUsagePercentage;
            var memory = GC.GetGCMemoryInfo();
            return 100d * memory.MemoryLoadBytes / Math.Max(1, memory.TotalAvailableMemoryBytes);
        }
    }

    protected override void OnExpired(int count) => Metrics.CallsExpired(count);

    /// <summary>Calls of clients are refused under load; those of other silos have been accepted somewhere already.</summary>
    protected override bool Sheds(SiloAddress from, GrainId target)
    {
        if (!_overloaded || !from.IsClient || target.Type == ControlType)
            return false;
        Metrics.CallShed();
        return true;
    }
}
