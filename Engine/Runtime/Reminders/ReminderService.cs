using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Nsn.Engine.Runtime.Silos;
using Orleans.Hosting;
using Orleans.Timers;

namespace Nsn.Engine.Runtime.Reminders;

/// <summary>
/// Fires the reminders of the buckets that this silo owns. A bucket belongs to the living silo with the highest hash for it, so that a join or a
/// leave moves only that silo's share.
/// </summary>
internal sealed partial class ReminderService(Silo silo, IReminderTable table, IOptions<ReminderOptions> options, ILogger<ReminderService> logger) : IReminderRegistry, ILifecycleParticipant<ISiloLifecycle>
{
    private readonly Dictionary<(GrainId, string), LocalReminder> _local = [];
    private readonly Lock _gate = new();
    private static readonly TimeSpan s_retry = TimeSpan.FromSeconds(1);
    private ITimer? _refresh;
    private int _refreshesWanted;
    private bool _stopped;

    public void Participate(ISiloLifecycle lifecycle) => lifecycle.Subscribe(nameof(ReminderService), ServiceLifecycleStage.Active, Start, Stop);

    private async Task Start(CancellationToken cancellationToken)
    {
        silo.ViewChanged += OnViewChanged;
        _refresh = silo.TimeProvider.CreateTimer(static state => _ = ((ReminderService)state!).RefreshAsync(), this, options.Value.RefreshReminderListPeriod, options.Value.RefreshReminderListPeriod);
        await RefreshAsync();
    }

    private Task Stop(CancellationToken cancellationToken)
    {
        silo.ViewChanged -= OnViewChanged;
        _refresh?.Dispose();
        lock (_gate)
        {
            _stopped = true;
            foreach (var reminder in _local.Values)
                reminder.Dispose();
            _local.Clear();
        }

        return Task.CompletedTask;
    }

    public async Task<IGrainReminder> RegisterOrUpdateReminder(GrainId callingGrainId, string reminderName, TimeSpan dueTime, TimeSpan period)
    {
        ArgumentException.ThrowIfNullOrEmpty(reminderName);
        ArgumentOutOfRangeException.ThrowIfLessThan(dueTime, TimeSpan.Zero);
        if (period < options.Value.MinimumReminderPeriod)
            throw new ArgumentException($"The period {period} of the reminder '{reminderName}' is shorter than the minimum of {options.Value.MinimumReminderPeriod}.", nameof(period));
        var entry = new ReminderEntry(callingGrainId, reminderName, silo.TimeProvider.GetUtcNow().UtcDateTime + dueTime, period, "");
        var stored = await table.UpsertAsync(entry, CancellationToken.None);
        await NotifyOwner(callingGrainId);
        return new GrainReminder(stored);
    }

    public async Task UnregisterReminder(GrainId callingGrainId, IGrainReminder reminder)
    {
        if (!await table.RemoveAsync(((GrainReminder)reminder).Entry, CancellationToken.None))
            throw new OrleansException($"The reminder '{reminder.ReminderName}' of {callingGrainId} does not exist or was changed since it was read.");
        await NotifyOwner(callingGrainId);
    }

    public async Task<IGrainReminder> GetReminder(GrainId callingGrainId, string reminderName) =>
        (await GetReminders(callingGrainId)).FirstOrDefault(reminder => reminder.ReminderName == reminderName)!;

    public async Task<List<IGrainReminder>> GetReminders(GrainId callingGrainId) =>
        [.. (await table.ReadAsync(callingGrainId, CancellationToken.None)).Select(entry => new GrainReminder(entry))];

    private Task NotifyOwner(GrainId grain)
    {
        var owner = OwnerOf(ReminderEntry.BucketOf(grain));
        return owner is null || owner.Equals(silo.Address)
            ? ReloadAsync(grain)
            : ((ISiloControl)(object)silo.References.Create(GrainId.Create(Silo.ControlType, owner.ToParsableString()), typeof(ISiloControl))).ReloadReminders(grain);
    }

    private SiloAddress? OwnerOf(int bucket)
    {
        SiloAddress? best = null;
        var bestHash = 0u;
        foreach (var member in silo.View.Silos)
        {
            if (member.Status != SiloStatus.Active)
                continue;
            var hash = StableHash.Combine(StableHash.Compute(member.Address.ToParsableString()), StableHash.Compute($"bucket {bucket}"));
            if (best is null || hash > bestHash || (hash == bestHash && member.Address.CompareTo(best) > 0))
                (best, bestHash) = (member.Address, hash);
        }

        return best;
    }

    private void OnViewChanged() => _ = RefreshAsync();

    /// <summary>One at a time: of two changes of the cluster the later one must have the last word.</summary>
    private async Task RefreshAsync()
    {
        if (Interlocked.Increment(ref _refreshesWanted) > 1)
            return;
        int wanted;
        do
        {
            wanted = Volatile.Read(ref _refreshesWanted);
            await ReadOwnAsync();
        }
        while (Interlocked.CompareExchange(ref _refreshesWanted, 0, wanted) != wanted);
    }

    private async Task ReadOwnAsync()
    {
        try
        {
            var own = Enumerable.Range(0, ReminderEntry.BucketCount).Where(bucket => silo.Address.Equals(OwnerOf(bucket))).ToHashSet();
            Replace(await table.ReadBucketsAsync(own, CancellationToken.None), key => true);
        }
        catch (Exception exception)
        {
            LogRefreshFailed(logger, exception);
            _refresh?.Change(s_retry, options.Value.RefreshReminderListPeriod);
        }
    }

    /// <summary>Reads the reminders of one grain again, after they changed.</summary>
    public async Task ReloadAsync(GrainId grain) => Replace(await table.ReadAsync(grain, CancellationToken.None), key => key.Item1 == grain);

    private void Replace(IReadOnlyList<ReminderEntry> entries, Func<(GrainId, string), bool> scope)
    {
        lock (_gate)
        {
            if (_stopped)
                return;
            var wanted = entries.ToDictionary(entry => (entry.Grain, entry.Name));
            foreach (var key in _local.Keys.Where(scope).Where(key => !wanted.ContainsKey(key)).ToList())
            {
                if (_local.Remove(key, out var gone))
                    gone.Dispose();
            }

            foreach (var (key, entry) in wanted)
            {
                if (_local.TryGetValue(key, out var current) && current.Entry == entry)
                    continue;
                current?.Dispose();
                _local.Remove(key);
                try
                {
                    _local[key] = new LocalReminder(this, entry);
                }
                catch (Exception exception)
                {
                    LogNotLoaded(logger, entry.Name, entry.Grain, exception); // a row that makes no sense keeps the others from nothing
                }
            }
        }
    }

    private async Task FireAsync(LocalReminder reminder)
    {
        var entry = reminder.Entry;
        if (!silo.MayAct || !silo.Address.Equals(OwnerOf(entry.Bucket)))
            return;
        try
        {
            var grain = (IRemindable)(object)silo.References.Create(entry.Grain, typeof(IRemindable));
            await grain.ReceiveReminder(entry.Name, new TickStatus(entry.StartAt, entry.Period, silo.TimeProvider.GetUtcNow().UtcDateTime));
        }
        catch (Exception exception)
        {
            LogTickFailed(logger, entry.Name, entry.Grain, exception);
        }
    }

    [LoggerMessage(60, LogLevel.Warning, "Reminders could not be read; tried again in a second")]
    private static partial void LogRefreshFailed(ILogger logger, Exception exception);

    [LoggerMessage(61, LogLevel.Warning, "The reminder {Name} of {Grain} failed")]
    private static partial void LogTickFailed(ILogger logger, string name, GrainId grain, Exception exception);

    [LoggerMessage(62, LogLevel.Error, "The reminder {Name} of {Grain} could not be loaded")]
    private static partial void LogNotLoaded(ILogger logger, string name, GrainId grain, Exception exception);

    /// <summary>A reminder that this silo fires.</summary>
    private sealed class LocalReminder : IDisposable
    {
        /// <summary>Timers take at most 49.7 days: who has to wait for longer waits again.</summary>
        private static readonly TimeSpan s_waitMax = TimeSpan.FromDays(30);

        private readonly ReminderService _service;
        private readonly ITimer _timer;
        private DateTime _due;
        private bool _waitsAgain;
        private bool _disposed;

        public LocalReminder(ReminderService service, ReminderEntry entry)
        {
            _service = service;
            Entry = entry;
            ChooseNext();
            _timer = service.Time.CreateTimer(static state => _ = ((LocalReminder)state!).TickAsync(), this, UntilDue(), Timeout.InfiniteTimeSpan);
        }

        public ReminderEntry Entry { get; }

        /// <summary>Ticks keep to their grid: a late one does not shift the next, and one whose timer was early is not repeated.</summary>
        private void ChooseNext()
        {
            var now = _service.Time.GetUtcNow().UtcDateTime;
            var after = now > _due ? now : _due;
            if (Entry.StartAt > after)
            {
                _due = Entry.StartAt;
                return;
            }

            var past = (after - Entry.StartAt).Ticks / Entry.Period.Ticks * Entry.Period.Ticks;
            _due = Entry.Period.Ticks <= (DateTime.MaxValue - Entry.StartAt).Ticks - past ? Entry.StartAt.AddTicks(past + Entry.Period.Ticks) : DateTime.MaxValue;
        }

        private TimeSpan UntilDue()
        {
            var wait = _due - _service.Time.GetUtcNow().UtcDateTime;
            _waitsAgain = wait > s_waitMax;
            return _waitsAgain ? s_waitMax : wait > TimeSpan.Zero ? wait : TimeSpan.Zero;
        }

        private async Task TickAsync()
        {
            if (!_waitsAgain)
            {
                await _service.FireAsync(this);
                ChooseNext();
            }

            if (!_disposed)
                _timer.Change(UntilDue(), Timeout.InfiniteTimeSpan);
        }

        public void Dispose()
        {
            _disposed = true;
            _timer.Dispose();
        }
    }

    private TimeProvider Time => silo.TimeProvider;
}
