using Microsoft.Extensions.Options;
using Nsn.Grains.Epochs;
using Nsn.Grains.Inference;
using Nsn.Grains.Ledger;
using Nsn.Grains.Slots;
using Nsn.Grains.Telemetry;
using Nsn.Protocol.Cryptography;
using Nsn.Protocol.Recipes;
using Orleans.Utilities;

namespace Nsn.Grains.Channels;

/// <summary>
/// Drives a channel: a timer looks at the chain's clock, plans slots ahead of air, follows those in work and tells observers. Whatever a
/// tick misses, the next one sees: it acts on where things are, not on what was announced.
/// </summary>
[Reentrant, KeepAlive]
internal sealed partial class ChannelGrain(
    [PersistentState("channel", "nsn")] IPersistentState<ChannelDocument> document,
    IOptions<ChannelOptions> options,
    TimeProvider time,
    GrainMetrics metrics,
    ILogger<ChannelGrain> logger) : Grain, IChannelGrain
{
    private const int SlotsListedMax = 100;
    private const ulong SlotsAtOnce = 20;
    private static readonly TimeSpan s_tick = TimeSpan.FromMilliseconds(250);
    private readonly Dictionary<ulong, SlotReport> _reports = [];
    private readonly ChannelPace _pace = new(options.Value);
    private ChannelProgramme _programme = null!;
    private WriteChain _writes = null!;
    private ObserverManager<IChannelObserver> _observers = null!;
    private ChainHead? _head;
    private ulong _slotOnAir;
    private ulong _lastPassedOver;
    private bool _ticking;
    private IGrainTimer? _timer;

    private string Name => this.GetPrimaryKeyString();

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _programme = new ChannelProgramme(document.State, options.Value);
        _writes = new WriteChain(() => document.WriteStateAsync());
        _observers = new ObserverManager<IChannelObserver>(TimeSpan.FromMinutes(1), logger);
        _timer = this.RegisterGrainTimer(TickAsync, new GrainTimerCreationOptions(s_tick, s_tick) { Interleave = true, KeepAlive = true });
        return Task.CompletedTask;
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        metrics.ChannelLeft(Name);
        return Task.CompletedTask;
    }

    public Task WakeAsync() => Task.CompletedTask;

    public async Task<EnqueueResult> EnqueueAsync(RecipeSubmission submission)
    {
        var head = _head ?? await LedgerGrain.GetHeadAsync();
        var result = _programme.Enqueue(submission, SlotSeconds(head), new Hash256(head.GenesisHash), time.GetUtcNow());
        metrics.RecipeSent(Name, result.Outcome);
        if (result.Outcome != EnqueueOutcome.Accepted)
            return result;
        await StoreAsync();
        var ticket = Estimated(result.Ticket!, head);
        Tell(ticket);
        return result with { Ticket = ticket };
    }

    public Task<RecipeTicket?> GetRecipeAsync(string recipeId) =>
        Task.FromResult(_programme.Find(recipeId) is { } ticket ? (RecipeTicket?)(_head is { } head ? Estimated(ticket, head) : ticket) : null);

    public async Task<ChannelState> GetStateAsync()
    {
        var head = _head ?? await LedgerGrain.GetHeadAsync();
        return new ChannelState(
            Name,
            options.Value.Title,
            head,
            [.. document.State.Slots.Keys.Where(slot => slot + 8 >= head.Slot).Select(Entry).OfType<SlotEntry>()],
            document.State.Queue.Count);
    }

    public async Task<SlotEntry?> GetSlotAsync(ulong slot)
    {
        if (!document.State.Slots.ContainsKey(slot))
            return await ForgottenAsync(slot);
        await LearnAsync(slot);
        return Entry(slot);
    }

    public async Task<SlotPage> GetSlotsAsync(ulong? before, int limit)
    {
        limit = Math.Clamp(limit, 1, SlotsListedMax);
        var wanted = document.State.Slots.Keys.Where(slot => before is null || slot < before).Reverse().Take(limit).ToArray();
        foreach (var slot in wanted)
            await LearnAsync(slot);
        List<SlotEntry> entries = [.. wanted.Select(Entry).OfType<SlotEntry>()];

        // Further back by number. Numbers of slots that were passed over are nobody's, hence the bound.
        var oldest = wanted.Length > 0 ? wanted[^1] : Math.Min(before ?? ulong.MaxValue, document.State.Slots.Keys.FirstOrDefault(_slotOnAir + 1));
        var next = oldest;
        for (var asked = 0UL; entries.Count < limit && oldest > 0 && asked < SlotsListedMax; asked += SlotsAtOnce)
        {
            var count = Math.Min(oldest, SlotsAtOnce);
            var found = await Task.WhenAll(Enumerable.Range(1, (int)count).Select(back => ForgottenAsync(oldest - (ulong)back)));
            foreach (var (back, entry) in found.Index())
            {
                if (entries.Count == limit)
                    break;
                if (entry is not null)
                    entries.Add(entry);
                next = oldest - (ulong)back - 1;
            }

            oldest -= count;
        }

        return new SlotPage([.. entries], next > 0 ? next : null);
    }

    /// <summary>A slot that this document has no room for any more, as its own grain remembers it; null when there was none of that number.</summary>
    private async Task<SlotEntry?> ForgottenAsync(ulong slot)
    {
        if (slot > long.MaxValue || slot >= document.State.Slots.Keys.FirstOrDefault(_slotOnAir))
            return null;
        return await SlotGrain(slot).GetAsync() is { Assignment: { } assignment } report && _head?.GenesisHash.AsSpan().SequenceEqual(assignment.ChainId) != false
            ? new SlotEntry(
                Name,
                assignment.RecipeId == ChannelProgramme.RecipeIdOf(slot) ? RecipeOrigin.Programme : RecipeOrigin.Viewer,
                assignment.Deadline,
                _head?.Timing.SlotDuration ?? TimeSpan.Zero,
                report)
            : null;
    }

    /// <summary>Asks a slot for its report, unless the one that is here stands: it is the last one, or the slot is followed.</summary>
    private async Task LearnAsync(ulong slot)
    {
        if (document.State.Slots.ContainsKey(slot) && !(_reports.TryGetValue(slot, out var known) && (IsDecided(known) || IsFollowed(slot))))
            _reports[slot] = await SlotGrain(slot).GetAsync();
    }

    public Task SubscribeAsync(IChannelObserver observer)
    {
        _observers.Subscribe(observer, observer);
        return Task.CompletedTask;
    }

    public Task UnsubscribeAsync(IChannelObserver observer)
    {
        _observers.Unsubscribe(observer);
        return Task.CompletedTask;
    }

    private ILedgerGrain LedgerGrain => GrainFactory.GetGrain<ILedgerGrain>(ChainName.Default);

    private ISlotGrain SlotGrain(ulong slot) => GrainFactory.GetGrain<ISlotGrain>(checked((long)slot));

    private async Task TickAsync(CancellationToken cancellationToken)
    {
        if (_ticking)
            return;
        _ticking = true;
        try
        {
            var head = await LedgerGrain.GetHeadAsync();
            var newSlot = _head is null || head.Slot != _slotOnAir;
            _head = head;
            _slotOnAir = head.Slot;
            if (newSlot)
                await ObserveEpochsAsync(head);
            await FollowAsync(); // an activation that has just begun learns from the slots before how long they took
            await PlanAsync(head);
            metrics.QueueIs(Name, document.State.Queue.Count);
        }
        catch (Exception failure)
        {
            LogTick(Name, failure.Message);
        }
        finally
        {
            _ticking = false;
        }
    }

    private async Task ObserveEpochsAsync(ChainHead head)
    {
        var first = head.Epoch == 0 ? 0 : head.Epoch - 1;
        for (var epoch = first; epoch <= head.Epoch + 1; epoch++)
            await GrainFactory.GetGrain<IEpochGrain>(epoch).ObserveAsync(head);
    }

    /// <summary>Begins the slots ahead of air, as many at a time as there are devices to make them.</summary>
    private async Task PlanAsync(ChainHead head)
    {
        for (var slot = head.Slot + 1; slot <= head.Slot + (ulong)LeadSlots(head); slot++)
        {
            if (document.State.Slots.ContainsKey(slot))
                continue;
            if (await GroundsAsync(slot, head) is not { } grounds || BeingMade(head) >= grounds.Devices)
                return;
            var airsAt = AirTimeOf(slot, head);
            if (_pace.PassOver(slot, airsAt, time.GetUtcNow(), head.Timing.SlotDuration))
            {
                // It is seen again at every tick until it is on air.
                if (slot > _lastPassedOver)
                    metrics.SlotFailed(SlotFailure.PassedOver);
                _lastPassedOver = Math.Max(_lastPassedOver, slot);
                continue;
            }

            var ticket = _programme.Plan(slot, SlotSeconds(head), airsAt, time.GetUtcNow());
            await StoreAsync();
            await StartAsync(slot, ticket, head, grounds);
            Tell(ticket);
            LogPlanned(Name, slot, ticket.Origin, ticket.Id);
        }
    }

    /// <summary>Slots to come that keep a device busy: those whose clip is not published yet, and on slow machines those that are being checked, too.</summary>
    private int BeingMade(ChainHead head)
    {
        var last = _pace.IsBehind(head.Timing.SlotDuration) ? SlotPhase.Voting : SlotPhase.Generating;
        return document.State.Slots.Keys.Count(slot => slot > _slotOnAir && (!_reports.TryGetValue(slot, out var report) || report.Phase <= last));
    }

    private int LeadSlots(ChainHead head) => _pace.LeadSlots(head.Timing.SlotDuration);

    /// <summary>What a slot needs before it can be fixed: its epoch's directors and devices that work and have a model pack. Null while one is missing.</summary>
    private async Task<(EpochInfo Epoch, byte[] ModelPackHash, int Devices)?> GroundsAsync(ulong slot, ChainHead head)
    {
        if (await GrainFactory.GetGrain<IEpochGrain>(head.Timing.EpochOfSlot(slot)).GetAsync() is not { } epoch)
            return null;
        var devices = (await GrainFactory.GetGrain<IDeviceDirectoryGrain>(ChainName.Devices).ListAsync()).Where(device => device.Failure is null).ToArray();
        return devices.SelectMany(device => device.WarmPacks).FirstOrDefault() is { } pack
            ? (epoch, Convert.FromHexString(pack), devices.Count(device => device.WarmPacks.Contains(pack)))
            : null;
    }

    private Task StartAsync(ulong slot, RecipeTicket ticket, ChainHead head, (EpochInfo Epoch, byte[] ModelPackHash, int Devices) grounds) =>
        SlotGrain(slot).StartAsync(new SlotAssignment(
            head.GenesisHash,
            grounds.Epoch.Epoch,
            slot,
            ticket.Recipe,
            ticket.RecipeHash,
            ticket.Id,
            SlotSeed.Derive(new Hash256(grounds.Epoch.Randomness), slot).ToArray(),
            grounds.ModelPackHash,
            [.. grounds.Epoch.Directors.Select(director => director.Account)],
            EpochSchedule.Proposers(slot, grounds.Epoch.Directors.Length),
            document.State.Slots[slot].AirsAt));

    /// <summary>Whether every tick asks how far a slot is.</summary>
    private bool IsFollowed(ulong slot) => slot + 2 >= _slotOnAir;

    private static bool IsDecided(SlotReport report) => report.Phase is SlotPhase.Certified or SlotPhase.Failed;

    private async Task FollowAsync()
    {
        var changed = false;
        foreach (var slot in document.State.Slots.Keys.Where(slot => IsFollowed(slot) || !_programme.IsOver(slot)).ToArray())
        {
            _reports.TryGetValue(slot, out var known);
            var report = known is not null && IsDecided(known) ? known : await SlotGrain(slot).GetAsync();
            if (report.Assignment is null && slot > _slotOnAir && document.State.Tickets.TryGetValue(document.State.Slots[slot].RecipeId, out var lost)
                && await GroundsAsync(slot, _head!) is { } grounds)
            {
                // Planned by an activation that ended before it could start the slot.
                await StartAsync(slot, lost, _head!, grounds);
            }
            else if (report.Assignment is null && slot <= _slotOnAir)
            {
                if (known is null || !IsDecided(known))
                    metrics.SlotFailed(SlotFailure.NotBegun);
                report = report with { Phase = SlotPhase.Failed, Failure = "It was on air before its work could begin.", FailedBy = SlotFailure.NotBegun, FinishedAt = time.GetUtcNow() };
            }

            var news = known is null || known.Phase != report.Phase || known.Answers.Length != report.Answers.Length;
            _reports[slot] = report;
            _pace.Observe(report);
            if (_programme.Observe(report, _slotOnAir, time.GetUtcNow()) is { } ticket)
            {
                changed = true;
                Tell(Estimated(ticket, _head!));
            }

            if (news && Entry(slot) is { } entry)
                Tell(entry);
        }

        foreach (var old in _reports.Keys.Where(slot => !document.State.Slots.ContainsKey(slot)).ToArray())
            _reports.Remove(old);
        if (changed)
            await StoreAsync();
    }

    private SlotEntry? Entry(ulong slot) => document.State.Slots.TryGetValue(slot, out var planned) && _reports.TryGetValue(slot, out var report)
        ? new SlotEntry(Name, planned.Origin, planned.AirsAt, _head?.Timing.SlotDuration ?? TimeSpan.Zero, report)
        : null;

    /// <summary>A ticket that waits, with the time at which it goes on air if all goes well.</summary>
    private RecipeTicket Estimated(RecipeTicket ticket, ChainHead head) => ticket is { Slot: null, Place: { } place }
        ? ticket with { AirsAt = AirTimeOf(head.Slot + (ulong)LeadSlots(head) + (ulong)place, head) }
        : ticket;

    private void Tell(SlotEntry entry) => _observers.Notify(observer => observer.SlotChangedAsync(entry)).Ignore();

    private void Tell(RecipeTicket ticket) => _observers.Notify(observer => observer.RecipeChangedAsync(ticket)).Ignore();

    private async Task StoreAsync()
    {
        try
        {
            await _writes.WriteAsync();
        }
        catch
        {
            // What is in memory is no longer what is stored. The next call finds an activation that has read it again.
            DeactivateOnIdle();
            throw;
        }
    }

    private static uint SlotSeconds(ChainHead head) => (uint)head.Timing.SlotDuration.TotalSeconds;

    private static DateTimeOffset AirTimeOf(ulong slot, ChainHead head) =>
        head.SealedAt + head.Timing.BlockTime * ((double)head.Timing.FirstBlockOfSlot(slot) - head.Block);

    [LoggerMessage(1, LogLevel.Warning, "Channel {Channel}: {Reason}; looked at again in a moment")]
    private partial void LogTick(string channel, string reason);

    [LoggerMessage(2, LogLevel.Information, "Channel {Channel}: slot {Slot} carries {Origin} recipe {Recipe}")]
    private partial void LogPlanned(string channel, ulong slot, RecipeOrigin origin, string recipe);
}
