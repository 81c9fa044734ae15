using System.Runtime.CompilerServices;
using Orleans.Concurrency;
using Orleans.Serialization.Invocation;
using Orleans.Streams;

namespace Nsn.Engine.Conformance.Tests;

public sealed class BasicGrain(ILocalSiloDetails silo) : Grain, IBasicGrain
{
    public Task<string> Greet(string name) => Task.FromResult($"Hello {name}");
    public ValueTask<int> Add(int a, int b) => new(a + b);
    public ValueTask Nothing() => default;
    public Task<string> Key() => Task.FromResult(this.GetPrimaryKeyString());
    public Task<Animal> EchoAnimal(Animal animal) => Task.FromResult(animal);
    public Task<Everything> EchoEverything(Everything value) => Task.FromResult(value);
    public Task<Point> EchoPoint(Point point) => Task.FromResult(point);
    public Task<Foreign> EchoForeign(Foreign value) => Task.FromResult(value);
    public Task<T> Echo<T>(T value) => Task.FromResult(value);

    public Task<int> Mutate(List<int> numbers)
    {
        numbers.Clear();
        return Task.FromResult(numbers.Count);
    }

    public async Task Throw(int kind)
    {
        await Task.Yield();
        throw kind switch
        {
            0 => new InvalidOperationException("plain"),
            1 => new OutOfStockException("own"),
            _ => new ArgumentException("outer", new FormatException("inner")),
        };
    }

    public async IAsyncEnumerable<int> Count(int to, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        for (var i = 0; i < to; i++)
        {
            if (i % 10 == 0)
                await Task.Yield();
            cancellationToken.ThrowIfCancellationRequested();
            yield return i;
        }
    }

    public async IAsyncEnumerable<int> CountAndThrow()
    {
        yield return 1;
        await Task.Yield();
        throw new InvalidOperationException("in the middle");
    }

    public Task<IBasicGrain> Other(string key) => Task.FromResult(GrainFactory.GetGrain<IBasicGrain>(key));
    public Task<string> GreetThrough(IBasicGrain other, string name) => other.Greet(name);
    public Task<string> Silo() => Task.FromResult(silo.SiloAddress.ToString());
    public Task<string?> GetContext(string key) => Task.FromResult(RequestContext.Get(key) as string);
    public Task<string?> GetContextThrough(string key) => GrainFactory.GetGrain<IBasicGrain>(this.GetPrimaryKeyString() + "'").GetContext(key)!;
}

public sealed class IntegerGrain : Grain, IIntegerGrain
{
    public Task<long> Key() => Task.FromResult(this.GetPrimaryKeyLong());
}

public sealed class GuidGrain : Grain, IGuidGrain
{
    public Task<Guid> Key() => Task.FromResult(this.GetPrimaryKey());
}

public sealed class CompoundGrain : Grain, ICompoundGrain
{
    public Task<string> Key() => Task.FromResult($"{this.GetPrimaryKeyLong(out var extension)}/{extension}");
}

public sealed class GenericGrain<T> : Grain, IGenericGrain<T>
{
    private T _value = default!;

    public Task Set(T value)
    {
        _value = value;
        return Task.CompletedTask;
    }

    public Task<T> Get() => Task.FromResult(_value);
}

public sealed class SquareGrain : Grain, IShape
{
    public Task<string> Name() => Task.FromResult("square");
}

public sealed class CircleGrain : Grain, IShape
{
    public Task<string> Name() => Task.FromResult("circle");
}

public sealed class FilteredGrain : Grain, IFilteredGrain, IIncomingGrainCallFilter
{
    public Task<int> Doubled(int value) => Task.FromResult(value);
    public Task Refused() => Task.CompletedTask;
    public Task<string> Own() => Task.FromResult("plain");

    public async Task Invoke(IIncomingGrainCallContext context)
    {
        await context.Invoke();
        if (context.ImplementationMethod.Name == nameof(Own))
            context.Result = (string)context.Result! + " and marked";
    }
}

public abstract class TurnGrainBase : Grain, ITurnGrain
{
    private int _running;
    private int _max;
    private int _told;
    private bool _cancelled;

    public async Task<int> Overlap(int milliseconds)
    {
        _max = Math.Max(_max, ++_running);
        await Task.Delay(milliseconds);
        return _running--;
    }

    public Task<int> OverlapAlways(int milliseconds) => Overlap(milliseconds);
    public Task<int> OverlapReadOnly(int milliseconds) => Overlap(milliseconds);
    public Task<int> MaxOverlap() => Task.FromResult(_max);

    public Task Tell(int value)
    {
        _told += value;
        throw new InvalidOperationException("Nobody hears this.");
    }

    public Task<int> Told() => Task.FromResult(_told);
    public Task Slow(int milliseconds) => Task.Delay(milliseconds);

    public async Task WaitFor(CancellationToken cancellationToken)
    {
        _told++;
        try
        {
            await Task.Delay(TimeSpan.FromSeconds(20), cancellationToken);
        }
        catch (OperationCanceledException)
        {
            _cancelled = true;
            throw;
        }
    }

    public Task<bool> WasCancelled() => Task.FromResult(_cancelled);

    public async Task<string> WaitForGrainToken(GrainCancellationToken token)
    {
        _told++;
        try
        {
            await Task.Delay(TimeSpan.FromSeconds(20), token.CancellationToken);
            return "not cancelled";
        }
        catch (OperationCanceledException)
        {
            return "cancelled, and answered";
        }
    }

    public Task<string> WaitThrough(string other, GrainCancellationToken token) => GrainFactory.GetGrain<IReentrantTurnGrain>(other).WaitForGrainToken(token);
}

public sealed class TurnGrain : TurnGrainBase;

[Reentrant]
public sealed class ReentrantTurnGrain : TurnGrainBase, IReentrantTurnGrain;

[MayInterleave(nameof(Interleaves))]
public sealed class MayInterleaveTurnGrain : TurnGrainBase, IMayInterleaveTurnGrain
{
    public static bool Interleaves(IInvokable request) => request.GetMethodName() == nameof(Overlap) && request.GetArgument(0) is 301;
}

public sealed class ChainGrain : Grain, IChainGrain
{
    public async Task<string> CallBack(IChainGrain other, bool allow)
    {
        var me = this.AsReference<IChainGrain>();
        if (!allow)
            return await other.RelayWithTimeout(me);
        using var section = RequestContext.AllowCallChainReentrancy();
        return await other.Relay(me);
    }

    public Task<string> Relay(IChainGrain back) => back.Answer();
    public Task<string> RelayWithTimeout(IChainGrain back) => back.Answer();
    public Task<string> Answer() => Task.FromResult("answered");
}

[StatelessWorker(4)]
public sealed class WorkerGrain : Grain, IWorkerGrain
{
    private readonly Guid _id = Guid.NewGuid();

    public async Task<Guid> Work(int milliseconds)
    {
        await Task.Delay(milliseconds);
        return _id;
    }
}

[GenerateSerializer]
public sealed class Stored
{
    [Id(0)]
    public int Value { get; set; }
}

public sealed class StateGrain([PersistentState("state")] IPersistentState<Stored> state, [PersistentState("farewell")] IPersistentState<Stored> farewell) : Grain, IStateGrain
{
    private readonly Guid _activation = Guid.NewGuid();

    public Task Set(int value)
    {
        state.State.Value = value;
        return state.WriteStateAsync();
    }

    public Task<int> Get() => Task.FromResult(state.State.Value);
    public Task<bool> Exists() => Task.FromResult(state.RecordExists);
    public Task<string?> ETag() => Task.FromResult<string?>(state.Etag);
    public Task Clear() => state.ClearStateAsync();
    public Task Reload() => state.ReadStateAsync();

    public Task Deactivate()
    {
        DeactivateOnIdle();
        return Task.CompletedTask;
    }

    public Task<Guid> Activation() => Task.FromResult(_activation);
    public Task<string> LastDeactivation() => Task.FromResult(((DeactivationReasonCode)farewell.State.Value).ToString());

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        farewell.State.Value = (int)reason.ReasonCode;
        return farewell.WriteStateAsync(CancellationToken.None);
    }
}

[GenerateSerializer]
public sealed class LegacyState
{
    [Id(0)]
    public string Text { get; set; } = "";
}

public sealed class LegacyStateGrain : Grain<LegacyState>, ILegacyStateGrain
{
    public Task Set(string value)
    {
        State.Text = value;
        return WriteStateAsync();
    }

    public Task<string> Get() => Task.FromResult(State.Text);

    public Task Deactivate()
    {
        DeactivateOnIdle();
        return Task.CompletedTask;
    }
}

public sealed class TimerGrain : Grain, ITimerGrain
{
    private IGrainTimer? _timer;
    private int _ticks;

    public Task Start(bool interleave)
    {
        _timer = this.RegisterGrainTimer(
            static (self, _) =>
            {
                self._ticks++;
                return Task.CompletedTask;
            },
            this,
            new GrainTimerCreationOptions(TimeSpan.FromMilliseconds(20), TimeSpan.FromMilliseconds(20)) { Interleave = interleave });
        return Task.CompletedTask;
    }

    public Task<int> Ticks() => Task.FromResult(_ticks);

    public Task Stop()
    {
        _timer?.Dispose();
        return Task.CompletedTask;
    }
}

public sealed class ReminderGrain : Grain, IReminderGrain, IRemindable
{
    private int _ticks;

    public Task Start(string name, TimeSpan period) => this.RegisterOrUpdateReminder(name, TimeSpan.FromMilliseconds(50), period);

    public async Task Stop(string name)
    {
        if (await this.GetReminder(name) is { } reminder)
            await this.UnregisterReminder(reminder);
    }

    public Task<int> Ticks() => Task.FromResult(_ticks);
    public async Task<int> Registered() => (await this.GetReminders()).Count;

    public Task ReceiveReminder(string reminderName, TickStatus status)
    {
        _ticks++;
        return Task.CompletedTask;
    }
}

public sealed class SubjectGrain : Grain, ISubjectGrain
{
    private readonly List<IWatcher> _watchers = [];

    public Task Subscribe(IWatcher watcher)
    {
        _watchers.Add(watcher);
        return Task.CompletedTask;
    }

    public Task Tell(string text)
    {
        foreach (var watcher in _watchers)
            watcher.Told(text);
        return Task.CompletedTask;
    }

    public Task<int> Ask(int value) => _watchers[0].Asked(value);
}

public sealed class ProducerGrain : Grain, IProducerGrain
{
    public async Task Produce(string space, string stream, int from, int count)
    {
        var target = this.GetStreamProvider("live").GetStream<int>(StreamId.Create(space, stream));
        for (var i = 0; i < count; i++)
            await target.OnNextAsync(from + i);
    }
}

public sealed class ConsumerGrain : Grain, IConsumerGrain
{
    private readonly List<int> _items = [];
    private StreamSubscriptionHandle<int>? _handle;

    public async Task Subscribe(string space, string stream) => _handle = await Stream(space, stream).SubscribeAsync((item, _) =>
    {
        _items.Add(item);
        return Task.CompletedTask;
    });

    public Task Unsubscribe(string space, string stream) => _handle!.UnsubscribeAsync();
    public Task<List<int>> Items() => Task.FromResult(_items);
    public async Task<int> Subscriptions(string space, string stream) => (await Stream(space, stream).GetAllSubscriptionHandles()).Count;

    private IAsyncStream<int> Stream(string space, string stream) => this.GetStreamProvider("live").GetStream<int>(StreamId.Create(space, stream));
}

[ImplicitStreamSubscription("implicit")]
public sealed class ImplicitConsumerGrain : Grain, IImplicitConsumerGrain
{
    private readonly List<int> _items = [];

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        var stream = this.GetStreamProvider("live").GetStream<int>(StreamId.Create("implicit", this.GetPrimaryKeyString()));
        await stream.SubscribeAsync((item, _) =>
        {
            _items.Add(item);
            return Task.CompletedTask;
        });
    }

    public Task<List<int>> Items() => Task.FromResult(_items);
}

public sealed class FailingGrain : Grain, IFailingGrain
{
    public override Task OnActivateAsync(CancellationToken cancellationToken) =>
        this.GetPrimaryKeyString().StartsWith("bad", StringComparison.Ordinal) ? throw new InvalidOperationException("cannot start") : Task.CompletedTask;

    public Task Call() => Task.CompletedTask;
}
