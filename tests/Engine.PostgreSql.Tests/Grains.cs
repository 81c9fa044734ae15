using Orleans.Streams;

namespace Nsn.Engine.PostgreSql.Tests;

public interface IAccountGrain : IGrainWithStringKey
{
    Task<int> Add(int amount);
    Task<int> Get();
    Task<string> Silo();
    Task<long> Epoch();
}

public sealed class AccountState
{
    public int Total { get; set; }
}

public sealed class AccountGrain([PersistentState("account", "pg")] IPersistentState<AccountState> state, ILocalSiloDetails silo) : Grain, IAccountGrain
{
    public async Task<int> Add(int amount)
    {
        state.State.Total += amount;
        await state.WriteStateAsync();
        return state.State.Total;
    }

    public Task<int> Get() => Task.FromResult(state.State.Total);
    public Task<string> Silo() => Task.FromResult(silo.SiloAddress.ToString());
    public Task<long> Epoch() => Task.FromResult(GrainContext.Address.Epoch);
}

[GenerateSerializer]
public class Shape
{
    [Id(0)]
    public string? Name { get; set; }
}

[GenerateSerializer]
public sealed class Circle : Shape
{
    [Id(0)]
    public int Radius { get; set; }
}

/// <summary>What JSON alone would lose: members of a derived type, a private one, and a grain.</summary>
[GenerateSerializer]
public sealed class RichState
{
    [Id(0)]
    private int _secret;

    [Id(1)]
    public List<Shape> Shapes { get; set; } = [];

    [Id(2)]
    public IAccountGrain? Account { get; set; }

    public int Secret
    {
        get => _secret;
        init => _secret = value;
    }
}

/// <summary>What JSON keeps.</summary>
[GenerateSerializer]
public sealed class PlainState
{
    [Id(0)]
    public Dictionary<string, List<Point>> Lines { get; set; } = [];
}

[GenerateSerializer]
public readonly record struct Point(int X, int Y);

public interface IRichGrain : IGrainWithStringKey
{
    Task Keep(IAccountGrain account);
    Task<int> AddToAccount(int amount);
    Task Leave();
}

public sealed class RichGrain([PersistentState("rich", "pg")] IPersistentState<RichState> state) : Grain, IRichGrain
{
    public Task Keep(IAccountGrain account)
    {
        state.State.Account = account;
        return state.WriteStateAsync();
    }

    public Task<int> AddToAccount(int amount) => state.State.Account!.Add(amount);

    public Task Leave()
    {
        DeactivateOnIdle();
        return Task.CompletedTask;
    }
}

public interface IRemindedGrain : IGrainWithStringKey
{
    Task Start();
    Task<int> Ticks();
}

public sealed class RemindedGrain : Grain, IRemindedGrain, IRemindable
{
    private int _ticks;

    public Task Start() => this.RegisterOrUpdateReminder("tick", TimeSpan.FromMilliseconds(100), TimeSpan.FromMilliseconds(300));
    public Task<int> Ticks() => Task.FromResult(_ticks);

    public Task ReceiveReminder(string reminderName, TickStatus status)
    {
        _ticks++;
        return Task.CompletedTask;
    }
}

public interface IReaderGrain : IGrainWithStringKey
{
    Task Subscribe(string stream, long? from);
    Task<List<int>> Items();
}

public sealed class ReaderGrain : Grain, IReaderGrain
{
    private readonly List<int> _items = [];
    private bool _failed;

    public Task Subscribe(string stream, long? from)
    {
        var source = this.GetStreamProvider("durable").GetStream<int>(StreamId.Create("numbers", stream));
        return source.SubscribeAsync(
            (item, _) =>
            {
                if (item == 3 && !_failed)
                {
                    _failed = true;
                    throw new InvalidOperationException("once");
                }

                _items.Add(item);
                return Task.CompletedTask;
            },
            from is { } number ? new Orleans.Providers.Streams.Common.EventSequenceToken(number) : null!);
    }

    public Task<List<int>> Items() => Task.FromResult(_items);
}
