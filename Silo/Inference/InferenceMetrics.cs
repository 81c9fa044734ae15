using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Nsn.Grains.Inference;

namespace Nsn.Silo.Inference;

/// <summary>What this silo's devices do, meter "Nsn.Inference" (docs/telemetry.md).</summary>
internal sealed class InferenceMetrics : IDisposable
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "Nsn.Inference";

    private static readonly InstrumentAdvice<double> s_seconds = new() { HistogramBucketBoundaries = [0.05, 0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60, 120, 180] };
    private readonly Meter _meter;
    private readonly ConcurrentDictionary<string, Func<DeviceStatus>> _devices = new(StringComparer.Ordinal);
    private readonly Histogram<double> _requests;
    private readonly Histogram<double> _jobs;
    private readonly Counter<long> _canaries;

    /// <summary>Makes the instruments.</summary>
    public InferenceMetrics(IMeterFactory factory)
    {
        _meter = factory.Create(MeterName);
        _requests = _meter.CreateHistogram("nsn.inference.request.duration", "s", "How long directors waited for an answer, with the wait in line", tags: null, s_seconds);
        _jobs = _meter.CreateHistogram("nsn.inference.job.duration", "s", "How long a job took on the device; requests for the same clip share one", tags: null, s_seconds);
        _canaries = _meter.CreateCounter<long>("nsn.inference.canaries", "{canary}", "Canary clips that were run through a device");
        _meter.CreateObservableGauge("nsn.inference.jobs.queued", () => Read(status => status.QueuedJobs), "{job}", "Jobs that wait for a place on the device");
        _meter.CreateObservableGauge("nsn.inference.jobs.running", () => Read(status => status.RunningJobs), "{job}", "Jobs that run on the device");
        _meter.CreateObservableGauge("nsn.inference.device.ready", () => Read(status => status is { Failure: null, WarmPacks.Length: > 0 } ? 1 : 0), "1", "Whether the device has its models and has passed its last canary");
    }

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();

    /// <summary>Reads a device's figures from now on.</summary>
    public void Follow(string key, Func<DeviceStatus> read) => _devices[key] = read;

    /// <summary>A request was answered, or was not.</summary>
    public void Answered(string kind, string outcome, TimeSpan time) => _requests.Record(time.TotalSeconds, new("kind", kind), new("outcome", outcome));

    /// <summary>A job has left its place.</summary>
    public void JobEnded(string kind, string outcome, TimeSpan time) => _jobs.Record(time.TotalSeconds, new("kind", kind), new("outcome", outcome));

    /// <summary>A canary has passed or not.</summary>
    public void CanaryEnded(bool passed) => _canaries.Add(1, new KeyValuePair<string, object?>("outcome", passed ? "ok" : "failed"));

    /// <summary>How a piece of work ended, in one of three words.</summary>
    public static string OutcomeOf(Exception? failure) => failure switch
    {
        null => "ok",
        OperationCanceledException => "cancelled",
        _ => "failed",
    };

    private IEnumerable<Measurement<int>> Read(Func<DeviceStatus, int> figure) =>
        _devices.Select(device => new Measurement<int>(figure(device.Value()), new KeyValuePair<string, object?>("device", device.Key)));
}
