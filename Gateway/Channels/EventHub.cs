using System.Text.Json;
using System.Threading.Channels;

namespace Nsn.Gateway.Channels;

/// <summary>
/// The channel's events for pages (docs/player-protocol.md section 6): numbered, the last 256 kept for those who come back, and every listener with
/// a bounded queue that loses its oldest rather than hold anyone up.
/// </summary>
internal sealed class EventHub
{
    private const int Kept = 256;
    private readonly Lock _lock = new();
    private readonly Queue<ServerEvent> _last = new(Kept);
    private readonly List<Channel<ServerEvent>> _listeners = [];
    private long _number;

    /// <summary>Tells everyone who listens.</summary>
    public void Publish<T>(string name, T data)
    {
        var json = JsonSerializer.Serialize(data, ApiJson.Options);
        lock (_lock)
        {
            var happened = new ServerEvent(++_number, name, json);
            if (_last.Count == Kept)
                _last.Dequeue();
            _last.Enqueue(happened);
            foreach (var listener in _listeners)
                listener.Writer.TryWrite(happened);
        }
    }

    /// <summary>Events from now on, preceded by those after <paramref name="after"/> that are still kept.</summary>
    public async IAsyncEnumerable<ServerEvent> ListenAsync(
        long? after, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var queue = Channel.CreateBounded<ServerEvent>(new BoundedChannelOptions(Kept) { FullMode = BoundedChannelFullMode.DropOldest });
        lock (_lock)
        {
            foreach (var missed in _last.Where(happened => happened.Number > after))
                queue.Writer.TryWrite(missed);
            _listeners.Add(queue);
        }

        try
        {
            await foreach (var happened in queue.Reader.ReadAllAsync(cancellationToken))
                yield return happened;
        }
        finally
        {
            lock (_lock)
                _listeners.Remove(queue);
        }
    }
}
