using Orleans.Placement;
using Orleans.Streams;

namespace Nsn.Engine.Bench;

public interface IPingGrain : IGrainWithIntegerKey
{
    ValueTask<int> Ping(int value);
    Task<PingReport> Report();
}

[GenerateSerializer]
public sealed class PingReport
{
    /// <summary>The process that the grain is in.</summary>
    [Id(0)]
    public int Process { get; set; }

    /// <summary>How many times <see cref="IPingGrain.Ping"/> was called there.</summary>
    [Id(1)]
    public long Taken { get; set; }

    /// <summary>How many methods that process has compiled.</summary>
    [Id(2)]
    public long Compiled { get; set; }
}

public sealed class PingGrain : Grain, IPingGrain
{
    private long _taken;

    public ValueTask<int> Ping(int value)
    {
        _taken++;
        return new(value);
    }

    public Task<PingReport> Report() => Task.FromResult(new PingReport { Process = Environment.ProcessId, Taken = _taken, Compiled = System.Runtime.JitInfo.GetCompiledMethodCount() });
}

/// <summary>A caller that is a grain of the silo where it is first called.</summary>
public interface ICallerGrain : IGrainWithIntegerKey
{
    [ResponseTimeout("01:00:00")]
    Task<CallerReport> Run(int grains, TimeSpan time, bool measure);
}

[GenerateSerializer]
public sealed class CallerReport
{
    [Id(0)]
    public int Count { get; set; }

    /// <summary>Microseconds; empty when nobody asked for them.</summary>
    [Id(1)]
    public List<double> Latencies { get; set; } = [];

    /// <summary>The process that the caller is in.</summary>
    [Id(2)]
    public int Process { get; set; } = Environment.ProcessId;
}

[PreferLocalPlacement]
public sealed class CallerGrain : Grain, ICallerGrain
{
    public Task<CallerReport> Run(int grains, TimeSpan time, bool measure) =>
        Caller.RunAsync([.. Enumerable.Range(0, grains).Select(i => GrainFactory.GetGrain<IPingGrain>(i))], (int)this.GetPrimaryKeyLong(), time, measure);
}

public interface IIdleGrain : IGrainWithIntegerKey
{
    ValueTask Touch();
}

public sealed class IdleGrain : Grain, IIdleGrain
{
    public ValueTask Touch() => default;
}

[GenerateSerializer]
public sealed class Number
{
    [Id(0)]
    public long Value { get; set; }
}

public interface IWriterGrain : IGrainWithIntegerKey
{
    Task Write();
}

public sealed class WriterGrain([PersistentState("number")] IPersistentState<Number> state) : Grain, IWriterGrain
{
    public Task Write()
    {
        state.State.Value++;
        return state.WriteStateAsync();
    }
}

public interface ISinkGrain : IGrainWithIntegerKey
{
    Task Subscribe(string provider, string stream);
    Task<long> Count();
    Task<long> LastTimestamp();
}

public sealed class SinkGrain : Grain, ISinkGrain
{
    private long _count;
    private long _last;

    public Task Subscribe(string provider, string stream) => this.GetStreamProvider(provider).GetStream<long>(StreamId.Create("bench", stream)).SubscribeAsync((_, _) =>
    {
        _count++;
        _last = System.Diagnostics.Stopwatch.GetTimestamp();
        return Task.CompletedTask;
    });

    public Task<long> Count() => Task.FromResult(_count);
    public Task<long> LastTimestamp() => Task.FromResult(_last);
}
