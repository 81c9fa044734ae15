using System.Collections;
using Microsoft.Extensions.Logging;

namespace Orleans.Utilities;

/// <summary>The observers of a grain. To be used within its turns: nothing here is locked.</summary>
/// <typeparam name="TIdentity">What a subscription is known by.</typeparam>
/// <typeparam name="TObserver">The observer interface.</typeparam>
/// <param name="expiration">How long a subscription lasts without being renewed.</param>
/// <param name="log">Told of observers that fail.</param>
public partial class ObserverManager<TIdentity, TObserver>(TimeSpan expiration, ILogger log) : IEnumerable<TObserver>
{
    private readonly Dictionary<TIdentity, Entry> _entries = [];

    /// <summary>The clock; to be replaced in tests.</summary>
    public Func<DateTime> GetDateTime { get; set; } = () => DateTime.UtcNow;

    /// <summary>How long a subscription lasts without being renewed.</summary>
    public TimeSpan ExpirationDuration { get; set; } = expiration;

    /// <summary>How many there are, including those that have expired and are not cleared yet.</summary>
    public int Count => _entries.Count;

    /// <summary>All observers by their identity.</summary>
    public IReadOnlyDictionary<TIdentity, TObserver> Observers => _entries.ToDictionary(pair => pair.Key, pair => pair.Value.Observer);

    /// <summary>Forgets all.</summary>
    public void Clear() => _entries.Clear();

    /// <summary>Adds an observer, or renews its subscription.</summary>
    public void Subscribe(TIdentity id, TObserver observer) => _entries[id] = new Entry(observer, GetDateTime());

    /// <summary>Forgets an observer.</summary>
    public void Unsubscribe(TIdentity id) => _entries.Remove(id);

    /// <summary>Tells each observer and waits for all of them; those that fail are forgotten.</summary>
    public async Task Notify(Func<TObserver, Task> notification, Func<TObserver, bool> predicate = default)
    {
        var under = new List<(TIdentity Id, Entry Entry, Task Task)>();
        foreach (var (id, entry) in Living(predicate))
            under.Add((id, entry, Start(notification, entry.Observer)));
        foreach (var (id, entry, task) in under)
        {
            try
            {
                await task;
            }
            catch (Exception exception)
            {
                Drop(id, entry, exception);
            }
        }
    }

    /// <summary>Tells each observer; those that fail are forgotten.</summary>
    public void Notify(Action<TObserver> notification, Func<TObserver, bool> predicate = default)
    {
        foreach (var (id, entry) in Living(predicate))
        {
            try
            {
                notification(entry.Observer);
            }
            catch (Exception exception)
            {
                Drop(id, entry, exception);
            }
        }
    }

    /// <summary>Forgets observers that have not renewed their subscription.</summary>
    public void ClearExpired()
    {
        var now = GetDateTime();
        foreach (var (id, entry) in _entries)
        {
            if (now - entry.Seen > ExpirationDuration)
                _entries.Remove(id);
        }
    }

    /// <summary>The observers at this moment.</summary>
    public IEnumerator<TObserver> GetEnumerator() => _entries.Values.Select(entry => entry.Observer).ToList().GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private List<KeyValuePair<TIdentity, Entry>> Living(Func<TObserver, bool> predicate)
    {
        ClearExpired();
        return [.. _entries.Where(pair => predicate?.Invoke(pair.Value.Observer) != false)];
    }

    private static async Task Start(Func<TObserver, Task> notification, TObserver observer) => await notification(observer);

    /// <summary>An observer that subscribed again meanwhile stays.</summary>
    private void Drop(TIdentity id, Entry entry, Exception exception)
    {
        if (_entries.TryGetValue(id, out var current) && ReferenceEquals(current, entry))
            _entries.Remove(id);
        LogFailed(log, id.ToString(), exception);
    }

    [LoggerMessage(60, LogLevel.Warning, "Observer {Observer} failed and is forgotten")]
    private static partial void LogFailed(ILogger logger, string observer, Exception exception);

    private sealed record Entry(TObserver Observer, DateTime Seen);
}
