using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Nsn.Tests;

/// <summary>What the meters of one host (a silo, a gateway) measure; those of other hosts of the process, which other tests run, are left out.</summary>
internal sealed class Figures : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly ConcurrentQueue<(string Instrument, string[] Tags, double Value)> _measured = [];

    public Figures(IMeterFactory factory)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (ReferenceEquals(instrument.Meter.Scope, factory) && !instrument.IsObservable)
                listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Take(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Take(instrument, value, tags));
        _listener.Start();
    }

    /// <summary>The measurements that have these attributes, among others.</summary>
    public double[] Of(string instrument, params string[] tags) =>
        [.. _measured.Where(measurement => measurement.Instrument == instrument && tags.All(measurement.Tags.Contains)).Select(measurement => measurement.Value)];

    /// <summary>Sum of the measurements that have these attributes, among others.</summary>
    public double Sum(string instrument, params string[] tags) => Of(instrument, tags).Sum();

    /// <summary>Number of the measurements that have these attributes, among others.</summary>
    public int Count(string instrument, params string[] tags) => Of(instrument, tags).Length;

    public void Dispose() => _listener.Dispose();

    private void Take(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var names = new string[tags.Length];
        for (var index = 0; index < tags.Length; index++)
            names[index] = $"{tags[index].Key}={tags[index].Value}";
        _measured.Enqueue((instrument.Name, names, value));
    }
}
