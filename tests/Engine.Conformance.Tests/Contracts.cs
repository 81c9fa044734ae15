using Orleans.Concurrency;

namespace Nsn.Engine.Conformance.Tests;

public interface IGreeter
{
    Task<string> Greet(string name);
}

public interface IBasicGrain : IGrainWithStringKey, IGreeter
{
    ValueTask<int> Add(int a, int b);
    ValueTask Nothing();
    Task<string> Key();
    Task<Animal> EchoAnimal(Animal animal);
    Task<Everything> EchoEverything(Everything value);
    Task<Point> EchoPoint(Point point);
    Task<Foreign> EchoForeign(Foreign value);
    Task<T> Echo<T>(T value);
    Task<int> Mutate(List<int> numbers);
    Task Throw(int kind);
    IAsyncEnumerable<int> Count(int to, CancellationToken cancellationToken = default);
    IAsyncEnumerable<int> CountAndThrow();
    Task<IBasicGrain> Other(string key);
    Task<string> GreetThrough(IBasicGrain other, string name);
    Task<string> Silo();
    Task<string?> GetContext(string key);
    Task<string?> GetContextThrough(string key);
}

public interface IIntegerGrain : IGrainWithIntegerKey
{
    Task<long> Key();
}

public interface IGuidGrain : IGrainWithGuidKey
{
    Task<Guid> Key();
}

public interface ICompoundGrain : IGrainWithIntegerCompoundKey
{
    Task<string> Key();
}

public interface IGenericGrain<T> : IGrainWithStringKey
{
    Task Set(T value);
    Task<T> Get();
}

public interface IShape : IGrainWithStringKey
{
    Task<string> Name();
}

public interface IFilteredGrain : IGrainWithIntegerKey
{
    Task<int> Doubled(int value);
    Task Refused();
    Task<string> Own();
}

public interface ITurnGrain : IGrainWithStringKey
{
    Task<int> Overlap(int milliseconds);
    [AlwaysInterleave]
    Task<int> OverlapAlways(int milliseconds);
    [ReadOnly]
    Task<int> OverlapReadOnly(int milliseconds);
    Task<int> MaxOverlap();
    [OneWay]
    Task Tell(int value);
    Task<int> Told();
    [ResponseTimeout("00:00:01")]
    Task Slow(int milliseconds);
    Task WaitFor(CancellationToken cancellationToken);
    Task<bool> WasCancelled();
    Task<string> WaitForGrainToken(GrainCancellationToken token);
    Task<string> WaitThrough(string other, GrainCancellationToken token);
}

public interface IReentrantTurnGrain : ITurnGrain;

public interface IMayInterleaveTurnGrain : ITurnGrain;

public interface IChainGrain : IGrainWithStringKey
{
    Task<string> CallBack(IChainGrain other, bool allow);
    Task<string> Relay(IChainGrain back);
    Task<string> Answer();
    [ResponseTimeout("00:00:02")]
    Task<string> RelayWithTimeout(IChainGrain back);
}

public interface IWorkerGrain : IGrainWithIntegerKey
{
    Task<Guid> Work(int milliseconds);
}

public interface IStateGrain : IGrainWithStringKey
{
    Task Set(int value);
    Task<int> Get();
    Task<bool> Exists();
    Task<string?> ETag();
    Task Clear();
    Task Reload();
    Task Deactivate();
    Task<Guid> Activation();
    Task<string> LastDeactivation();
}

public interface ILegacyStateGrain : IGrainWithStringKey
{
    Task Set(string value);
    Task<string> Get();
    Task Deactivate();
}

public interface ITimerGrain : IGrainWithStringKey
{
    Task Start(bool interleave);
    Task<int> Ticks();
    Task Stop();
}

public interface IReminderGrain : IGrainWithStringKey
{
    Task Start(string name, TimeSpan period);
    Task Stop(string name);
    Task<int> Ticks();
    Task<int> Registered();
}

public interface IWatcher : IGrainObserver
{
    void Told(string text);
    Task<int> Asked(int value);
}

public interface ISubjectGrain : IGrainWithStringKey
{
    Task Subscribe(IWatcher watcher);
    Task Tell(string text);
    Task<int> Ask(int value);
}

public interface IProducerGrain : IGrainWithStringKey
{
    Task Produce(string space, string stream, int from, int count);
}

public interface IConsumerGrain : IGrainWithStringKey
{
    Task Subscribe(string space, string stream);
    Task Unsubscribe(string space, string stream);
    Task<List<int>> Items();
    Task<int> Subscriptions(string space, string stream);
}

public interface IImplicitConsumerGrain : IGrainWithStringKey
{
    Task<List<int>> Items();
}

public interface IFailingGrain : IGrainWithStringKey
{
    Task Call();
}
