using System.Collections.Immutable;
using Nsn.Gateway.Api;
using Nsn.Grains.Ledger;

namespace Nsn.Gateway.Channels;

/// <summary>
/// The live tail of a channel in memory: the last slots with their bytes, the one on air, and those to come. Viewers are served from here
/// alone, so they go on when silos, database or content store are gone for a while.
/// </summary>
internal sealed class ChannelTail(string name, TimeProvider time)
{
    /// <summary>Slots kept after they were on air: enough for a resume after 30 s with slots of 5 s, and for filler.</summary>
    public const int SlotsKept = 16;

    private readonly Lock _lock = new();
    private ImmutableSortedDictionary<ulong, SlotView> _slots = ImmutableSortedDictionary<ulong, SlotView>.Empty;
    private ImmutableDictionary<uint, DirectorsInfo> _directors = ImmutableDictionary<uint, DirectorsInfo>.Empty;
    private TaskCompletionSource _changed = NewSignal();
    private ChainHead? _head;
    private int _generation;

    /// <summary>The channel's name.</summary>
    public string Name => name;

    /// <summary>What people read.</summary>
    public string Title { get; private set; } = "";

    /// <summary>Recipes that wait.</summary>
    public int QueueLength { get; private set; }

    /// <summary>The slots, oldest first; an immutable snapshot.</summary>
    public ImmutableSortedDictionary<ulong, SlotView> Slots => Volatile.Read(ref _slots);

    /// <summary>The hash of the chain's first block, which tells one history from another; null until it is known.</summary>
    public string? History { get; private set; }

    /// <summary>Counts up whenever slot numbers begin to mean something else; whoever reads the tail begins anew then.</summary>
    public int Generation => Volatile.Read(ref _generation);

    /// <summary>The last head of the chain that was heard of.</summary>
    public ChainHead? Head => Volatile.Read(ref _head);

    /// <summary>Completes at the next change.</summary>
    public Task Changed
    {
        get
        {
            lock (_lock)
                return _changed.Task;
        }
    }

    /// <summary>
    /// The slot that is on air now by the chain's clock, which goes on by wall clock when the chain is not heard of.
    /// </summary>
    public ulong? SlotOnAir => Head is { } head ? SlotAt(head, time.GetUtcNow()) : null;

    /// <summary>When a slot goes on air.</summary>
    public DateTimeOffset? AirTimeOf(ulong slot) => Head is { } head
        ? head.SealedAt + head.Timing.BlockTime * ((double)head.Timing.FirstBlockOfSlot(slot) - head.Block)
        : null;

    /// <summary>The directors of an epoch, when known.</summary>
    public DirectorsInfo? DirectorsOf(uint epoch) => Volatile.Read(ref _directors).GetValueOrDefault(epoch);

    /// <summary>Takes the chain's head, the title and the length of the queue.</summary>
    /// <remarks>
    /// While nobody seals blocks the slots go on by wall clock. A ledger that was away for long does not make up for that time: its slots go on where they
    /// stopped, and the filler made up for later numbers is dropped.
    /// </remarks>
    public void Observe(ChainHead head, string title, int queueLength)
    {
        var before = SlotOnAir;
        Volatile.Write(ref _head, head);
        Title = title;
        QueueLength = queueLength;
        if (SlotOnAir is { } now && before > now + 1)
            BeginAnew(kept => kept.Slot <= now, forgetDirectors: false);
    }

    /// <summary>Takes the history that the chain has; with another one than before everything is forgotten.</summary>
    /// <returns>Whether it is another one.</returns>
    public bool Enter(string history)
    {
        var known = History;
        History = history;
        if (known is null || known == history)
            return false;
        BeginAnew(_ => false, forgetDirectors: true);
        return true;
    }

    /// <summary>Takes the directors of an epoch; the first answer stands for as long as the chain has this history.</summary>
    public void Put(DirectorsInfo directors)
    {
        lock (_lock)
        {
            if (!_directors.ContainsKey(directors.Epoch))
                _directors = _directors.Add(directors.Epoch, directors);
        }
    }

    /// <summary>Takes a slot, forgets the oldest ones but for the last certified one, which filler is made of, and wakes whoever waits.</summary>
    public void Put(SlotView view)
    {
        TaskCompletionSource changed;
        lock (_lock)
        {
            var slots = _slots.SetItem(view.Slot, view);
            var onAir = SlotOnAir ?? view.Slot;
            var filler = slots.Values.LastOrDefault(kept => kept.IsCertified)?.Slot;
            foreach (var old in slots.Keys.TakeWhile(slot => slot + SlotsKept < onAir).Where(slot => slot != filler).ToArray())
                slots = slots.Remove(old);
            _slots = slots;
            changed = Change_NeedsLock();
        }

        changed.TrySetResult();
    }

    /// <summary>The newest slot before another one whose certified content is here.</summary>
    public SlotView? LastCertifiedBefore(ulong slot) => Slots.Values.LastOrDefault(view => view.Slot < slot && view.IsCertified);

    private void BeginAnew(Func<SlotView, bool> isKept, bool forgetDirectors)
    {
        TaskCompletionSource changed;
        lock (_lock)
        {
            _slots = _slots.RemoveRange(_slots.Values.Where(view => !isKept(view)).Select(view => view.Slot));
            if (forgetDirectors)
                _directors = _directors.Clear();
            _generation++;
            changed = Change_NeedsLock();
        }

        changed.TrySetResult();
    }

    private TaskCompletionSource Change_NeedsLock()
    {
        var changed = _changed;
        _changed = NewSignal();
        return changed;
    }

    private static ulong SlotAt(ChainHead head, DateTimeOffset now)
    {
        var block = head.Block + (now - head.SealedAt) / head.Timing.BlockTime;
        return block <= 0 ? 0 : head.Timing.SlotOf((ulong)block);
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
