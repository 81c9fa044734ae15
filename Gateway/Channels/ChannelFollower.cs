using System.Threading.Channels;
using Nsn.Content;
using Nsn.Gateway.Api;
using Nsn.Grains;
using Nsn.Grains.Channels;
using Nsn.Grains.Ledger;
using Nsn.Grains.Slots;
using Nsn.Protocol.Chunks;

namespace Nsn.Gateway.Channels;

/// <summary>
/// Keeps a channel's tail true: hears changes from the channel grain (and asks for the whole state every two seconds, because notifications
/// may be lost), fetches and checks certified clips, and puts filler where a slot goes on air without a certificate.
/// </summary>
internal sealed partial class ChannelFollower(
    ChannelTail tail,
    IGrainFactory grains,
    PublishedClip clips,
    IContentStore store,
    DirectorBook book,
    SlotFinder finder,
    EventHub events,
    GatewayMetrics metrics,
    TimeProvider time,
    ILogger<ChannelFollower> logger) : BackgroundService, IChannelObserver
{
    private static readonly TimeSpan s_poll = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_storePoll = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan s_renew = TimeSpan.FromSeconds(20);
    private readonly Channel<(int Generation, SlotEntry Entry)> _entries = Channel.CreateBounded<(int, SlotEntry)>(
        new BoundedChannelOptions(256) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });
    private readonly Dictionary<ulong, DateTimeOffset> _retryAt = [];
    private readonly Dictionary<ulong, string> _refused = [];
    private volatile bool _storeAnswers = true;
    private ulong _lastBlock;
    private bool _historyInDoubt;

    /// <summary>Whether the channel grain answered within the last ten seconds.</summary>
    public bool InTouch => time.GetUtcNow() - _lastAnswer < TimeSpan.FromSeconds(10);

    private DateTimeOffset _lastAnswer;

    /// <inheritdoc/>
    public Task SlotChangedAsync(SlotEntry slot)
    {
        _entries.Writer.TryWrite((tail.Generation, slot));
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task RecipeChangedAsync(RecipeTicket ticket)
    {
        events.Publish("recipe", ApiMapper.ToStatus(tail.Name, ticket));
        return Task.CompletedTask;
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(PollAsync(stoppingToken), ApplyAsync(stoppingToken), FillAsync(stoppingToken), WatchStoreAsync(stoppingToken));

    private async Task PollAsync(CancellationToken stoppingToken)
    {
        IChannelObserver? reference = null;
        var renewedAt = DateTimeOffset.MinValue;
        using var timer = new PeriodicTimer(s_poll, time);
        do
        {
            try
            {
                var channel = grains.GetGrain<IChannelGrain>(tail.Name);
                if (time.GetUtcNow() - renewedAt > s_renew)
                {
                    reference ??= grains.CreateObjectReference<IChannelObserver>(this);
                    await channel.SubscribeAsync(reference);
                    renewedAt = time.GetUtcNow();
                }

                var state = await channel.GetStateAsync();
                if (!await LearnHistoryAsync(state.Head))
                    continue;
                _lastAnswer = time.GetUtcNow();
                tail.Observe(state.Head, state.Title, state.QueueLength);
                await LearnDirectorsAsync(state.Head);
                foreach (var entry in state.Slots)
                    await _entries.Writer.WriteAsync((tail.Generation, entry), stoppingToken);
            }
            catch (Exception failure) when (failure is not OperationCanceledException || !stoppingToken.IsCancellationRequested)
            {
                // Subscribed anew after any failure: the channel may have moved to another silo, which knows no observers.
                renewedAt = DateTimeOffset.MinValue;
                LogOutOfTouch(tail.Name, failure.Message);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    /// <summary>Asks for the chain's first block when the gateway was out of touch or blocks count anew: the chain may have been started afresh.</summary>
    /// <returns>False while that is in doubt: the chain has no first block yet.</returns>
    private async Task<bool> LearnHistoryAsync(ChainHead head)
    {
        _historyInDoubt |= tail.History is null || !InTouch || head.Block < _lastBlock;
        _lastBlock = head.Block;
        if (!_historyInDoubt)
            return true;
        if (await grains.GetGrain<ILedgerGrain>(ChainName.Default).GetBlockAsync(1) is not { } first)
            return head.Block > 1;
        _historyInDoubt = false;
        if (tail.Enter(ApiJson.Hex(first.Hash)))
        {
            book.Forget();
            finder.Forget();
            LogBegunAnew(tail.Name, tail.History!);
        }

        return true;
    }

    /// <summary>Directors of the epoch on air and, once it is on deck, of the next one, so that they are here before the first certificate.</summary>
    private async Task LearnDirectorsAsync(ChainHead head)
    {
        await LearnDirectorsAsync(head.Epoch);
        if (head.Block + head.Timing.OnDeckBlocks >= head.Timing.FirstBlockOfEpoch(head.Epoch + 1))
            await LearnDirectorsAsync(head.Epoch + 1);
    }

    private async Task<DirectorsInfo?> LearnDirectorsAsync(uint epoch)
    {
        if (tail.DirectorsOf(epoch) is { } known)
            return known;
        var directors = await book.FindAsync(epoch);
        if (directors is not null)
            tail.Put(directors);
        return directors;
    }

    private async Task ApplyAsync(CancellationToken stoppingToken)
    {
        var known = tail.Generation;
        await foreach (var (generation, entry) in _entries.Reader.ReadAllAsync(stoppingToken))
        {
            if (known != tail.Generation)
            {
                known = tail.Generation;
                _retryAt.Clear();
                _refused.Clear();
            }

            if (generation != known)
                continue;
            try
            {
                await ApplyAsync(entry, generation, stoppingToken);
            }
            catch (Exception failure) when (failure is not OperationCanceledException || !stoppingToken.IsCancellationRequested)
            {
                LogNotApplied(failure, entry.Report.Slot);
            }
        }
    }

    private async Task ApplyAsync(SlotEntry entry, int generation, CancellationToken cancellationToken)
    {
        var slot = entry.Report.Slot;
        if (slot + ChannelTail.SlotsKept < (tail.SlotOnAir ?? 0))
            return;
        tail.Slots.TryGetValue(slot, out var known);
        if (known?.IsCertified == true)
            return;

        SlotContent? content = null;
        byte[]? certificate = null;
        Forget(slot);
        var problem = _refused.GetValueOrDefault(slot);
        if (problem is null && entry.Report is { Phase: SlotPhase.Certified, Certificate: { } bytes, Manifest: { } manifest } && MayTry(slot))
        {
            try
            {
                // The ledger may be away; that says nothing about the certificate.
                if (await LearnDirectorsAsync(entry.Report.Assignment!.Epoch) is not { } directors)
                    return;
                var root = CertificateCheck.Check(bytes, entry.Report.Assignment, directors);
                content = SlotContent.FromSegments(slot, await clips.ReadAsync(slot, manifest.Headers, root, cancellationToken));
                certificate = bytes;
                metrics.SlotArrived(entry, time.GetUtcNow());
            }
            catch (InvalidDataException broken)
            {
                problem = _refused[slot] = broken.Message;
                LogBroken(slot, broken.Message);
            }
            catch (ContentStoreException unreachable)
            {
                _retryAt[slot] = time.GetUtcNow() + TimeSpan.FromSeconds(1);
                _storeAnswers = false;
                LogUnreachable(slot, unreachable.Message);
            }
        }

        if (generation != tail.Generation)
            return;

        // Filler that is on air stays: bytes that come after the slot began would break the picture for those who watch.
        if (known is { Content: not null } && content is not null && known.AirsAt <= time.GetUtcNow())
            content = null;
        var isFiller = content is null && (known?.Content is not null || entry.Report.Phase == SlotPhase.Failed);
        var summary = ApiMapper.ToSummary(entry, content ?? known?.Content, content is not null, problem ?? (isFiller ? Trouble : null));
        var view = new SlotView(summary, entry, content ?? known?.Content, certificate, entry.Report.Assignment?.Recipe);
        if (known is not null && known.Summary == view.Summary && ReferenceEquals(known.Content, view.Content))
            return;
        tail.Put(view);
        events.Publish("slot", summary);
    }

    private bool MayTry(ulong slot) => !_retryAt.TryGetValue(slot, out var at) || at <= time.GetUtcNow();

    private void Forget(ulong slot)
    {
        foreach (var old in _retryAt.Keys.Where(key => key + ChannelTail.SlotsKept < slot).ToArray())
            _retryAt.Remove(old);
        foreach (var old in _refused.Keys.Where(key => key + ChannelTail.SlotsKept < slot).ToArray())
            _refused.Remove(old);
    }

    /// <summary>A second before a slot goes on air without certified bytes, gives it filler: the last certified clip once more, labelled.</summary>
    private async Task FillAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(250), time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                Fill();
            }
            catch (Exception failure)
            {
                // Whatever it is: the viewers of the slots that are here go on.
                LogNotFilled(failure, tail.Name);
            }
        }
    }

    private void Fill()
    {
        var soon = time.GetUtcNow() + TimeSpan.FromSeconds(1);
        if (tail.Head is not { } head || tail.SlotOnAir is not { } onAir)
            return;
        foreach (var slot in (ulong[])[onAir, onAir + 1])
        {
            if (tail.AirTimeOf(slot) is not { } airsAt || airsAt > soon)
                continue;
            tail.Slots.TryGetValue(slot, out var known);
            if (known?.Content is not null || tail.LastCertifiedBefore(slot) is not { Content: { } source } model)
                continue;
            var content = SlotContent.FromSegments(
                slot,
                [.. source.Segments.Select((s, index) => new VerifiedSegment((uint)index, s.Kind, s.StartMilliseconds, s.DurationMilliseconds, s.Bytes))]);
            var summary = ApiMapper.ToFiller(tail.Name, slot, head, airsAt, model.Summary, content, known?.Summary, Trouble ?? known?.Summary.Reason ?? "There was no certificate in time; the last certified clip is shown again.");
            tail.Put(new SlotView(summary, known?.Entry, content, null, null));
            events.Publish("slot", summary);
            metrics.Filler(head.Timing.SlotDuration);
            LogFiller(slot, summary.Reason ?? "no certificate in time");
        }
    }

    /// <summary>What this gateway itself sees to be the matter; it comes before what a slot's saga tells, which is often a consequence of it.</summary>
    private string? Trouble =>
        !InTouch ? "The silos do not answer; the last certified clip is shown again."
        : !_storeAnswers ? "The content store does not answer; the last certified clip is shown again."
        : null;

    private async Task WatchStoreAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(s_storePoll, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            bool answers;
            try
            {
                answers = await store.PingAsync(stoppingToken);
            }
            catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
            {
                LogNotPinged(failure);
                answers = false;
            }

            if (answers != _storeAnswers)
                LogStore(answers);
            _storeAnswers = answers;
        }
    }

    [LoggerMessage(8, LogLevel.Error, "Channel {Channel} could not be given filler")]
    private partial void LogNotFilled(Exception failure, string channel);

    [LoggerMessage(9, LogLevel.Error, "The content store could not be asked whether it answers")]
    private partial void LogNotPinged(Exception failure);

    [LoggerMessage(7, LogLevel.Warning, "The content store answers: {Answers}")]
    private partial void LogStore(bool answers);

    [LoggerMessage(1, LogLevel.Warning, "Channel {Channel} is out of touch ({Reason}); viewers are served from memory")]
    private partial void LogOutOfTouch(string channel, string reason);

    [LoggerMessage(2, LogLevel.Error, "Slot {Slot} could not be taken over")]
    private partial void LogNotApplied(Exception failure, ulong slot);

    [LoggerMessage(3, LogLevel.Error, "Slot {Slot} is certified by the channel but refused here: {Reason}")]
    private partial void LogBroken(ulong slot, string reason);

    [LoggerMessage(4, LogLevel.Warning, "Slot {Slot}: {Reason}")]
    private partial void LogUnreachable(ulong slot, string reason);

    [LoggerMessage(6, LogLevel.Warning, "Channel {Channel}: the chain has begun anew with block {History}; everything known before is forgotten")]
    private partial void LogBegunAnew(string channel, string history);

    [LoggerMessage(5, LogLevel.Information, "Slot {Slot} is on air with filler: {Reason}")]
    private partial void LogFiller(ulong slot, string reason);
}
