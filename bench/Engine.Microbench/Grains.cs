using Orleans.Concurrency;
using Orleans.Streams;

namespace Nsn.Engine.Microbench;

public interface IEchoGrain : IGrainWithIntegerKey
{
    ValueTask<int> Number(int value);
    ValueTask<Offer> Record(Offer value);
    ValueTask<Immutable<Offer>> Unchanging(Immutable<Offer> value);
}

public sealed class EchoGrain : Grain, IEchoGrain
{
    public ValueTask<int> Number(int value) => new(value);
    public ValueTask<Offer> Record(Offer value) => new(value);
    public ValueTask<Immutable<Offer>> Unchanging(Immutable<Offer> value) => new(value);
}

/// <summary>A grain with timers.</summary>
public interface ITimedGrain : IGrainWithIntegerKey
{
    /// <summary>Registers timers that are due in an hour.</summary>
    Task Keep(int count);

    /// <summary>Registers timers and disposes of them, one after the other.</summary>
    Task RegisterAndDispose(int count);
}

public sealed class TimedGrain : Grain, ITimedGrain
{
    private static readonly GrainTimerCreationOptions s_options = new(TimeSpan.FromHours(1), TimeSpan.FromHours(1));

    public Task Keep(int count)
    {
        for (var i = 0; i < count; i++)
            this.RegisterGrainTimer(_ => Task.CompletedTask, s_options);
        return Task.CompletedTask;
    }

    public Task RegisterAndDispose(int count)
    {
        for (var i = 0; i < count; i++)
            this.RegisterGrainTimer(_ => Task.CompletedTask, s_options).Dispose();
        return Task.CompletedTask;
    }
}

/// <summary>A grain that answers when it is told to.</summary>
public interface IPatientGrain : IGrainWithIntegerKey
{
    Task Touch();

    Task Wait();
}

/// <summary>What patient grains wait for.</summary>
public sealed class Permission() : TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

public sealed class PatientGrain(Permission permission) : Grain, IPatientGrain
{
    public Task Touch() => Task.CompletedTask;
    public Task Wait() => permission.Task;
}

public interface ISinkGrain : IGrainWithIntegerKey
{
    Task Subscribe(string stream);
}

public sealed class SinkGrain : Grain, ISinkGrain
{
    public Task Subscribe(string stream) =>
        this.GetStreamProvider(Hosts.Streams).GetStream<long>(StreamId.Create("microbench", stream)).SubscribeAsync((_, _) => Task.CompletedTask);
}
