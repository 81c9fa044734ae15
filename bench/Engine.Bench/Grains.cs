using Orleans.Streams;

namespace Nsn.Engine.Bench;

public interface IPingGrain : IGrainWithIntegerKey
{
    ValueTask<int> Ping(int value);
}

public sealed class PingGrain : Grain, IPingGrain
{
    public ValueTask<int> Ping(int value) => new(value);
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
