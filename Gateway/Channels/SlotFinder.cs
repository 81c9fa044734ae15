using Nsn.Content;
using Nsn.Grains;
using Nsn.Grains.Channels;
using Nsn.Grains.Slots;

namespace Nsn.Gateway.Channels;

/// <summary>Finds slots in the tail first and asks the channel grain for older ones and for what may have changed; keeps the last few contents that were asked for.</summary>
internal sealed class SlotFinder(ChannelTails tails, IGrainFactory grains, PublishedClip clips, DirectorBook book)
{
    private const int ContentsKept = 8;
    private readonly Lock _lock = new();
    private readonly LinkedList<(ulong Slot, SlotContent Content)> _contents = [];

    /// <summary>Forgets the contents: the chain has another history now.</summary>
    public void Forget()
    {
        lock (_lock)
            _contents.Clear();
    }

    /// <summary>
    /// A slot as it is now, or null when nobody knows it. Fails while the channel's grain would have to be asked and cannot be: that says nothing about the slot.
    /// </summary>
    /// <remarks>
    /// The tail is behind the channel by the time of a notification. A slot that it knows as undecided may be certified, and whoever was told so by the channel asks for the
    /// certificate next.
    /// </remarks>
    public async Task<SlotEntry?> FindAsync(ulong slot) =>
        HeardOf(slot) is { Report.Phase: SlotPhase.Certified or SlotPhase.Failed } decided
            ? decided
            : await grains.GetGrain<IChannelGrain>(ChainName.MainChannel).GetSlotAsync(slot);

    /// <summary>What the tail heard of a slot last; null when it holds none of that number.</summary>
    public SlotEntry? HeardOf(ulong slot) => tails.Main.Slots.TryGetValue(slot, out var view) ? view.Entry : null;

    /// <summary>When a person asked for what a slot shows; null where nobody did, or nobody remembers.</summary>
    public async Task<DateTimeOffset?> RequestedAtAsync(SlotEntry entry)
    {
        if (entry is not { Origin: RecipeOrigin.Viewer, Report.Assignment.RecipeId: { } recipe })
            return null;
        try
        {
            return (await grains.GetGrain<IChannelGrain>(ChainName.MainChannel).GetRecipeAsync(recipe))?.History.FirstOrDefault()?.At;
        }
        catch (Exception failure) when (failure is TimeoutException or Orleans.Runtime.OrleansException)
        {
            return null;
        }
    }

    /// <summary>The certified bytes of a slot, or null when it has none.</summary>
    /// <exception cref="TimeoutException">The ledger does not say now who the directors of its epoch are: that says nothing about the certificate.</exception>
    public async Task<SlotContent?> ContentAsync(ulong slot, CancellationToken cancellationToken)
    {
        if (tails.Main.Slots.TryGetValue(slot, out var view) && view.IsCertified)
            return view.Content;
        lock (_lock)
        {
            foreach (var (known, content) in _contents)
            {
                if (known == slot)
                    return content;
            }
        }

        if (await FindAsync(slot) is not { Report: { Certificate: { } certificate, Manifest: { } manifest, Assignment: { } assignment } })
            return null;
        var directors = await book.FindAsync(assignment.Epoch)
            ?? throw new TimeoutException($"The directors of epoch {assignment.Epoch} cannot be asked for now.");
        try
        {
            var root = CertificateCheck.Check(certificate, assignment, directors);
            var content = SlotContent.FromSegments(slot, await clips.ReadAsync(slot, manifest.Headers, root, cancellationToken));
            lock (_lock)
            {
                _contents.AddFirst((slot, content));
                if (_contents.Count > ContentsKept)
                    _contents.RemoveLast();
            }

            return content;
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }
}
