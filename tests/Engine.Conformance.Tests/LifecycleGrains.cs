using System.Runtime.CompilerServices;
using Orleans.Concurrency;
using Orleans.Metadata;
using Orleans.Placement;

namespace Nsn.Engine.Conformance.Tests;

public interface IGuidCompoundGrain : IGrainWithGuidCompoundKey
{
    Task<string> Key();
}

public sealed class GuidCompoundGrain : Grain, IGuidCompoundGrain
{
    public Task<string> Key() => Task.FromResult($"{this.GetPrimaryKey(out var extension):N}/{extension}");
}

public interface IPlainGrain : IGrainWithStringKey
{
    Task<string> Key();
    Task<int> Activations();
}

/// <summary>A grain without the base class.</summary>
public sealed class PlainGrain(IGrainContext context) : IGrainBase, IPlainGrain
{
    private int _activations;

    public IGrainContext GrainContext => context;

    public Task OnActivateAsync(CancellationToken token)
    {
        _activations++;
        return Task.CompletedTask;
    }

    public Task<string> Key() => Task.FromResult(this.GetPrimaryKeyString());
    public Task<int> Activations() => Task.FromResult(_activations);
}

[DefaultGrainType("usual-colour")]
public interface IColour : IGrainWithStringKey
{
    [Alias("name")]
    Task<string> Name();
}

[GrainType("usual-colour")]
public sealed class UsualColourGrain : Grain, IColour
{
    public Task<string> Name() => Task.FromResult("usual");
}

public sealed class RareColourGrain : Grain, IColour
{
    public Task<string> Name() => Task.FromResult("rare");
}

public interface IAgingGrain : IGrainWithStringKey
{
    Task<Guid> Activation();
    Task Delay();
}

[CollectionAgeLimit(Minutes = 30)]
public sealed class AgingGrain : Grain, IAgingGrain
{
    private readonly Guid _activation = Guid.NewGuid();

    public Task<Guid> Activation() => Task.FromResult(_activation);

    public Task Delay()
    {
        DelayDeactivation(TimeSpan.FromMinutes(10));
        return Task.CompletedTask;
    }
}

public interface ILastingGrain : IAgingGrain;

[KeepAlive]
public sealed class LastingGrain : Grain, ILastingGrain
{
    private readonly Guid _activation = Guid.NewGuid();

    public Task<Guid> Activation() => Task.FromResult(_activation);
    public Task Delay() => Task.CompletedTask;
}

public interface IConflictGrain : IGrainWithIntegerKey
{
    Task Write(int value);
}

/// <summary>Two activations of one record: what no grain should be, and how a conflict comes about.</summary>
[StatelessWorker(2)]
public sealed class ConflictGrain([PersistentState("conflict")] IPersistentState<Stored> state, Meeting meeting) : Grain, IConflictGrain
{
    public async Task Write(int value)
    {
        await meeting.OfTwoAsync();
        state.State.Value = value;
        await state.WriteStateAsync();
    }
}

/// <summary>Lets two go on together.</summary>
public sealed class Meeting
{
    private readonly TaskCompletionSource _both = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _there;

    public Task OfTwoAsync()
    {
        if (Interlocked.Increment(ref _there) == 2)
            _both.SetResult();
        return _both.Task.WaitAsync(TimeSpan.FromSeconds(60));
    }
}

public interface IFussyTimerGrain : IGrainWithStringKey
{
    Task Start();
    Task<int> Ticks();
    Task Hasten();
}

/// <summary>Its timer throws at first, and is slow until it is changed.</summary>
public sealed class FussyTimerGrain : Grain, IFussyTimerGrain
{
    private IGrainTimer? _timer;
    private int _ticks;

    public Task Start()
    {
        _timer = this.RegisterGrainTimer(Tick, new GrainTimerCreationOptions(TimeSpan.FromMilliseconds(10), TimeSpan.FromMilliseconds(20)) { KeepAlive = true });
        return Task.CompletedTask;
    }

    private Task Tick(CancellationToken cancellationToken)
    {
        if (++_ticks == 1)
            throw new InvalidOperationException("The first tick fails.");
        if (_ticks == 3)
            _timer!.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        return Task.CompletedTask;
    }

    public Task<int> Ticks() => Task.FromResult(_ticks);

    public Task Hasten()
    {
        _timer!.Change(TimeSpan.Zero, TimeSpan.FromMilliseconds(10));
        return Task.CompletedTask;
    }
}

public interface IPunctualGrain : IGrainWithStringKey
{
    Task Start();
    Task Stop();
    Task<List<TimeSpan>> Ticks();
}

/// <summary>Remembers how long after the first tick each came.</summary>
public sealed class PunctualGrain : Grain, IPunctualGrain, IRemindable
{
    private readonly List<TimeSpan> _ticks = [];

    public Task Start() => this.RegisterOrUpdateReminder("punctual", TimeSpan.FromMilliseconds(50), TimeSpan.FromMilliseconds(200));
    public async Task Stop() => await this.UnregisterReminder((await this.GetReminder("punctual"))!);
    public Task<List<TimeSpan>> Ticks() => Task.FromResult(_ticks);

    public Task ReceiveReminder(string reminderName, TickStatus status)
    {
        if (status.Period == TimeSpan.FromMilliseconds(200))
            _ticks.Add(status.CurrentTickTime - status.FirstTickTime);
        return Task.CompletedTask;
    }
}

[PreferLocalPlacement]
public sealed class NearGrain(ILocalSiloDetails silo) : Grain, INearGrain
{
    public Task<string> Silo() => Task.FromResult(silo.SiloAddress.ToString());
    public Task<bool> IsSame(Unchanging value, int identity) => Task.FromResult(RuntimeHelpers.GetHashCode(value) == identity);
}

public interface INearGrain : IGrainWithStringKey
{
    Task<string> Silo();
    Task<bool> IsSame(Unchanging value, int identity);
}

/// <summary>Nobody changes it, so it need not be copied.</summary>
[GenerateSerializer, Immutable]
public sealed class Unchanging
{
    [Id(0)]
    public int Value { get; init; }
}

public interface IHashedGrain : IGrainWithIntegerKey
{
    Task<string> Silo();
    Task Deactivate();
    Task<Guid> Activation();
}

[HashBasedPlacement]
public sealed class HashedGrain(ILocalSiloDetails silo) : Grain, IHashedGrain
{
    private readonly Guid _activation = Guid.NewGuid();

    public Task<string> Silo() => Task.FromResult(silo.SiloAddress.ToString());
    public Task<Guid> Activation() => Task.FromResult(_activation);

    public Task Deactivate()
    {
        DeactivateOnIdle();
        return Task.CompletedTask;
    }
}

public interface ICallerGrain : IGrainWithStringKey
{
    Task<(string Own, string Near)> WhereIsNear(string key);
    Task<bool> GivesItself(string key);
    Task<string> Outgoing();
}

public sealed class CallerGrain(ILocalSiloDetails silo) : Grain, ICallerGrain
{
    public async Task<(string Own, string Near)> WhereIsNear(string key) => (silo.SiloAddress.ToString(), await GrainFactory.GetGrain<INearGrain>(key).Silo());

    public Task<bool> GivesItself(string key)
    {
        var value = new Unchanging { Value = 1 };
        return GrainFactory.GetGrain<INearGrain>(key).IsSame(value, RuntimeHelpers.GetHashCode(value));
    }

    public Task<string> Outgoing() => GrainFactory.GetGrain<IColour>("outgoing").Name();
}
