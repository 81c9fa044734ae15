using System.Runtime.CompilerServices;
using Nsn.Gateway.Api;
using Nsn.Gateway.Frames;
using Nsn.Grains.Viewers;

namespace Nsn.Gateway.Channels;

/// <summary>
/// What one player gets: the frames of docs/player-protocol.md section 3, in their order, from a channel's tail. One framing for all
/// transports; the transport takes the next frame when it has room, and that is the back-pressure.
/// </summary>
internal sealed class FrameStream(ChannelTail tail, string session, string chainId, TimeProvider time)
{
    private static readonly TimeSpan s_ahead = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan s_keepAlive = TimeSpan.FromSeconds(5);
    private readonly HashSet<uint> _directorsSent = [];
    private readonly Dictionary<ulong, SlotSummary> _summariesSent = [];
    private ulong? _openSlot;
    private ulong _slot;
    private int _chunk;

    /// <summary>The next chunk that the player wants.</summary>
    public ViewerPosition Position => new(Volatile.Read(ref _slot), Volatile.Read(ref _chunk));

    /// <summary>While true, no content is sent; announcements go on.</summary>
    public bool Paused { get; set; }

    /// <summary>
    /// Frames from now on. With <paramref name="from"/> sending goes on exactly there when the tail still has it, else it joins live. Ends when the
    /// channel's slot numbers begin anew: the player connects again and learns of it.
    /// </summary>
    public async IAsyncEnumerable<byte[]> ReadAsync(ViewerPosition? from, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var generation = tail.Generation;
        var resumed = Begin(from);
        yield return Frame.OfJson(FrameType.Hello, new
        {
            protocol = 1,
            channel = tail.Name,
            session,
            chainId,
            now = time.GetUtcNow().ToUnixTimeMilliseconds(),
            resumed,
            slotMilliseconds = (long)(tail.Head?.Timing.SlotDuration.TotalMilliseconds ?? 0),
        });

        while (!cancellationToken.IsCancellationRequested && tail.Generation == generation)
        {
            var changed = tail.Changed;
            var sent = false;
            foreach (var frame in Announcements())
            {
                sent = true;
                yield return frame;
            }

            while (!Paused && tail.Generation == generation && NextContent() is { } frame)
            {
                sent = true;
                yield return frame;
                foreach (var announcement in Announcements())
                    yield return announcement;
            }

            if (sent)
                continue;
            if (!await WaitAsync(changed, cancellationToken))
                yield return Frame.Of(FrameType.KeepAlive);
        }
    }

    private bool Begin(ViewerPosition? from)
    {
        if (from is not null && tail.Slots.TryGetValue(from.Slot, out var wanted) && wanted.Content is { } content
            && from.Chunk >= 0 && from.Chunk <= content.ChunkFrames.Count)
        {
            (_slot, _chunk) = (from.Slot, from.Chunk);
            return true;
        }

        var now = time.GetUtcNow();
        _slot = tail.SlotOnAir ?? 0;
        _chunk = tail.Slots.TryGetValue(_slot, out var onAir) && onAir.Content is { } live ? live.LeafAt(now - onAir.AirsAt) : 0;
        return false;
    }

    /// <summary>Slots that are new or have changed since they were told, from the one on air.</summary>
    private IEnumerable<byte[]> Announcements()
    {
        var first = Math.Min(_slot, tail.SlotOnAir ?? _slot);
        foreach (var old in _summariesSent.Keys.Where(slot => slot + ChannelTail.SlotsKept < first).ToArray())
            _summariesSent.Remove(old);
        foreach (var view in tail.Slots.Values)
        {
            if (view.Slot >= first && Announce(view) is { } frame)
                yield return frame;
        }
    }

    private byte[]? Announce(SlotView view)
    {
        if (_summariesSent.TryGetValue(view.Slot, out var told) && told == view.Summary)
            return null;
        _summariesSent[view.Slot] = view.Summary;
        return Frame.OfJson(FrameType.Slot, view.Summary);
    }

    /// <summary>The next frame of content, or null while there is none to be sent yet.</summary>
    private byte[]? NextContent()
    {
        var now = time.GetUtcNow();
        if (!tail.Slots.TryGetValue(_slot, out var view) || view.Content is null)
        {
            // Over without content, or unknown while later slots are here: go on with the next one that is still of use.
            if (tail.SlotOnAir is { } onAir && (onAir > _slot || (view is null && tail.Slots.Keys.Any(slot => slot > _slot && slot <= onAir))))
                MoveTo(Math.Max(onAir, _slot + 1), now);
            else
                return null;
            return tail.Slots.TryGetValue(_slot, out view) && view.Content is not null ? NextContent() : null;
        }

        if (view.AirsAt - now > s_ahead)
            return null;
        if (_chunk >= view.Content.ChunkFrames.Count)
        {
            MoveTo(_slot + 1, now);
            return NextContent();
        }

        // What cannot be sent within ten seconds of its end on air is dropped by whole slots.
        if (_chunk == 0 && now - view.EndsAt > TimeSpan.FromSeconds(10) && _openSlot != _slot && tail.SlotOnAir is { } live && live > _slot)
        {
            MoveTo(live, now);
            return NextContent();
        }

        return Head(view) ?? view.Content.ChunkFrames[_chunk++];
    }

    /// <summary>What precedes a slot's chunks: summary, directors, certificate, recipe; one at a time, null when all were sent.</summary>
    private byte[]? Head(SlotView view)
    {
        if (_openSlot == view.Slot)
            return null;
        if (Announce(view) is { } announcement)
            return announcement;
        if (view.Certificate is null)
        {
            _openSlot = view.Slot;
            return null;
        }

        if (_directorsSent.Add(view.Summary.Epoch) && tail.DirectorsOf(view.Summary.Epoch) is { } directors)
            return Frame.OfJson(FrameType.Directors, directors);
        if (_certificateSent != view.Slot)
        {
            _certificateSent = view.Slot;
            return Frame.Of(FrameType.Certificate, view.Certificate);
        }

        _openSlot = view.Slot;
        return view.Recipe is null ? null : Frame.Of(FrameType.Recipe, [.. BitConverter.GetBytes(view.Slot), .. view.Recipe]);
    }

    private ulong? _certificateSent;

    private void MoveTo(ulong slot, DateTimeOffset now)
    {
        _slot = slot;
        _chunk = 0;
        if (tail.Slots.TryGetValue(slot, out var view) && view.Content is { } content && now > view.AirsAt)
            _chunk = content.LeafAt(now - view.AirsAt);
    }

    /// <summary>Waits for a change or for the time at which the next content is due.</summary>
    /// <returns>False when nothing happened within the keep-alive time.</returns>
    private async Task<bool> WaitAsync(Task changed, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var due = s_keepAlive;
        var keepAlive = true;
        void Consider(DateTimeOffset at)
        {
            var wait = at - now;
            if (wait > TimeSpan.Zero && wait < due)
                (due, keepAlive) = (wait, false);
        }

        if (tail.Slots.TryGetValue(_slot, out var view) && view.Content is not null)
            Consider(view.AirsAt - s_ahead);
        else if (tail.AirTimeOf(_slot + 1) is { } next)
            Consider(next);

        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var timeout = Task.Delay(due + TimeSpan.FromMilliseconds(1), time, ended.Token);
        var first = await Task.WhenAny(changed, timeout);
        await ended.CancelAsync();
        return first == changed || !keepAlive;
    }
}
