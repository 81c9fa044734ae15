using System.Reflection;

namespace Nsn.Engine.Runtime.Extensions;

/// <summary>A running sequence without its item type.</summary>
internal abstract class Enumeration(CancellationTokenSource stop) : IAsyncDisposable
{
    public CancellationTokenSource Stop => stop;
    public Task<bool>? Pending { get; set; }

    /// <summary>How many requests of the caller are under way.</summary>
    public int Asking { get; set; }

    /// <summary>When the last one ended, by the node's clock.</summary>
    public long LastAsked { get; set; }

    public abstract object? Current { get; }
    public abstract ValueTask<bool> MoveNextAsync();

    /// <summary>The next step as a task, also where it fails before it has begun to wait.</summary>
    public Task<bool> AdvanceAsync()
    {
        try
        {
            return MoveNextAsync().AsTask();
        }
        catch (Exception exception)
        {
            return Task.FromException<bool>(exception);
        }
    }

    public abstract ValueTask DisposeAsync();
}

/// <summary>A running sequence.</summary>
internal sealed class Enumeration<T>(EnumerableCall<T> call, object target, CancellationTokenSource stop) : Enumeration(stop)
{
    private readonly IAsyncEnumerator<T> _items = Begin(call, target, stop);

    public override object? Current => _items.Current;
    public override ValueTask<bool> MoveNextAsync() => _items.MoveNextAsync();

    public override async ValueTask DisposeAsync()
    {
        await Stop.CancelAsync();
        if (Pending is { } pending)
        {
            try
            {
                await pending;
            }
            catch (Exception)
            {
                // The caller has left; nobody is there to be told.
                Pending = null;
            }
        }

        await _items.DisposeAsync();
    }

    private static IAsyncEnumerator<T> Begin(EnumerableCall<T> call, object target, CancellationTokenSource stop)
    {
        call.SetCancellationToken(stop.Token);
        return call.Enumerate(target).GetAsyncEnumerator(stop.Token);
    }
}

/// <summary>Finds the item type of a sequence call once a class.</summary>
internal static class EnumerationStarter
{
    private static readonly System.Collections.Concurrent.ConcurrentDictionary<Type, ConstructorInvoker> s_constructors = new();

    public static Enumeration Start(Call call, object target, CancellationTokenSource stop)
    {
        var constructor = s_constructors.GetOrAdd(call.GetType(), static type =>
        {
            for (var parent = type.BaseType; parent is not null; parent = parent.BaseType)
            {
                if (parent.IsGenericType && parent.GetGenericTypeDefinition() == typeof(EnumerableCall<>))
                    return ConstructorInvoker.Create(typeof(Enumeration<>).MakeGenericType(parent.GetGenericArguments()).GetConstructors().Single());
            }

            throw new ArgumentException($"{type} is not a call of a sequence.", nameof(call));
        });
        return (Enumeration)constructor.Invoke(call, target, stop);
    }
}
